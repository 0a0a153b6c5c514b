/** What a mail program would turn into a link. `St. John` is a name, `St.John` could be a domain. */
export const LINK_LIKE = /:\/\/|www\.|[\p{L}\p{M}\p{N}]\.[\p{L}\p{M}]{2}/iu
/** Control characters, line breaks and whatever else can't be seen. */
export const INVISIBLE = /\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/u
