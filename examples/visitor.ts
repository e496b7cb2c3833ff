/** What this application keeps in a session. */
export interface Visitor {
	/** How often the button was pressed. */
	count?: number
	/** Set by a slow request at its end. */
	late?: boolean
	/** Who has logged in. */
	user?: string
	/** Stands in every form of the page. */
	csrf?: string
}

/** The categories that a message of this example can have. */
export const CATEGORIES = ['success', 'info', 'warning'] as const
