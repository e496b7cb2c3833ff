import type {Session, SessionData, SessionError} from 'koa-server-session'

export const data: SessionData = {fromCommonJs: 'a', fromModule: 'b'}
export const read = (session: Session): (string | undefined)[] => [session.fromCommonJs, session.fromModule]
export type Required = SessionError
