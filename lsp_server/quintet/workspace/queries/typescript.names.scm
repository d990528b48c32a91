; TypeScript and TSX only: names of types.

(type_identifier) @name
