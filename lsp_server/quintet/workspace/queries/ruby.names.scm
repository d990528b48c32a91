; Ruby: every name, defining or mentioned.

[(identifier) (constant)] @name
