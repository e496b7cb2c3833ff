import type {Session, SessionData, SessionError} from 'koa-server-session'
import type {Required} from './read-cjs.cjs'

export const data: SessionData = {fromCommonJs: 'a', fromModule: 'b'}
export const read = (session: Session): (string | undefined)[] => [session.fromCommonJs, session.fromModule]
/** One class: either goes where the other is expected. */
export const same = (error: SessionError): Required => error
