; JavaScript and TSX: an element is a call of its component.

(jsx_opening_element name: (identifier) @call)

(jsx_self_closing_element name: (identifier) @call)
