/** The whole style of the example: system fonts, light or dark as the visitor likes it, one column on a phone. */
export const CSS = `
:root {
	--paper: #f6f5f1; --card: #fff; --ink: #1f2328; --soft: #5c636b; --line: #dcdad3; --accent: #0b5c8a;
	--on-accent: #fff; --success: #1a7f37; --info: #0b5c8a; --warning: #9a6700;
}
@media (prefers-color-scheme: dark) {
	:root {
		--paper: #15181c; --card: #1d2126; --ink: #e6e8ea; --soft: #a0a8b0; --line: #343a41; --accent: #7cc4ee;
		--on-accent: #0d1a22; --success: #57c26f; --info: #7cc4ee; --warning: #d8a83a;
	}
}
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main, footer, #result { max-width: 60rem; margin: 0 auto; }
#result { margin-bottom: 1.5rem; }
header { max-width: 42rem; margin-bottom: 1.5rem; }
h1 { margin: 0 0 .5rem; font-size: clamp(1.6rem, 5vw, 2.3rem); line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 0 0 .75rem; font-size: 1.05rem; }
p { margin: 0 0 .75rem; }
section > :last-child { margin-bottom: 0; }
small, footer { color: var(--soft); font-size: .85rem; }
a { color: var(--accent); }
code, pre { font: .9em/1.5 ui-monospace, monospace; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
section { padding: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; min-width: 0; }
.wide { grid-column: 1 / -1; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; }
dd small { display: block; }
output { font-size: 2.6rem; font-weight: 600; line-height: 1; font-variant-numeric: tabular-nums; }
form { display: grid; gap: .75rem; margin-bottom: .75rem; justify-items: start; }
label { display: grid; gap: .25rem; width: 100%; font-size: .9rem; color: var(--soft); }
input, select, button { font: inherit; border-radius: .4rem; padding: .55rem .7rem; min-height: 2.75rem; }
input, select { width: 100%; color: var(--ink); background: var(--paper); border: 1px solid var(--line); }
button { border: 0; padding-inline: 1.1rem; background: var(--accent); color: var(--on-accent); font-weight: 600; cursor: pointer; }
[hidden] { display: none; }
button:disabled { opacity: .6; cursor: progress; }
button:hover { filter: brightness(1.1); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
pre { margin: 0 0 .75rem; padding: .9rem; overflow-x: auto; background: var(--paper); border-radius: .4rem; }
.message, #result { padding: .7rem 1rem; background: var(--card); border: 1px solid var(--line); border-left: .35rem solid var(--info); border-radius: .4rem; overflow-wrap: anywhere; }
.message.success { border-left-color: var(--success); }
.message.warning { border-left-color: var(--warning); }
.status { margin: 0; font-size: 3.5rem; font-weight: 700; line-height: 1; color: var(--soft); }
footer { margin-top: 1.5rem; }
`
