; Kotlin: every name, defining or mentioned.

(identifier) @name
