; Python: definitions, imports and comments.
;
; @definition.KIND spans the definition, @name its name, @body what holds its statements; @head is the token
; that ends its signature. @wrapper is a statement that consists of @inner and little else: a definition
; grows to its wrapper. @import spans an import, @module what it names, @imported each name taken from it.
; A test that is a call has a @title, a string, instead of a @name; @test marks a definition as one.
;
; No pattern may hold both a predicate and `#set!`: py-tree-sitter 0.26 writes past its memory there.

(class_definition
  name: (identifier) @name
  ":" @head
  body: (block) @body) @definition.class

(function_definition
  name: (identifier) @name
  ":" @head
  body: (block) @body) @definition.function

(module
  (expression_statement
    (assignment
      left: (identifier) @name) @definition.constant))

(class_definition
  body: (block
    (expression_statement
      (assignment
        left: (identifier) @name) @definition.field)))

(module
  (type_alias_statement
    left: (type (identifier) @name)) @definition.type)

(decorated_definition
  definition: (_) @inner) @wrapper

(import_statement
  name: [
    (dotted_name) @module
    (aliased_import name: (dotted_name) @module)
  ]) @import

(import_from_statement
  module_name: (_) @module
  name: [
    (dotted_name) @imported
    (aliased_import name: (dotted_name) @imported)
  ]) @import

(import_from_statement
  module_name: (_) @module
  (wildcard_import) @imported) @import

(future_import_statement
  name: (dotted_name) @imported) @import
