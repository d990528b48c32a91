; Java: every name, defining or mentioned.

[(identifier) (type_identifier)] @name
