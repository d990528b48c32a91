; Ruby: definitions, imports and comments. See python.definitions.scm for what the captures mean; a name
; written `A::B` is split. @import.near names a file from where the importing one stands.

[
  (method
    name: [(identifier) (constant) (setter) (operator)] @name
    body: (_)? @body)
  (singleton_method
    name: [(identifier) (constant) (setter) (operator)] @name
    body: (_)? @body)
] @definition.function

(class
  name: [(constant) (scope_resolution)] @name
  body: (body_statement)? @body) @definition.class

(module
  name: [(constant) (scope_resolution)] @name
  body: (body_statement)? @body) @definition.namespace

(assignment
  left: (constant) @name) @definition.constant

((assignment
  left: (constant) @name
  right: (call
    receiver: (constant)
    method: (identifier) @_new
    block: (_ body: (_) @body))) @definition.class
  (#any-of? @_new "new" "define"))

((call
  method: (identifier) @test
  arguments: (argument_list . [(string) (constant) (scope_resolution)] @title)
  block: (_ body: (_)? @body)) @definition.function
  (#any-of? @test
    "it" "test" "describe" "context" "specify" "should" "feature" "scenario"
    "it_behaves_like" "shared_examples" "xit" "fit" "xdescribe" "fdescribe"))

((call
  !receiver
  method: (identifier) @_load
  arguments: (argument_list (string) @module .)) @import
  (#any-of? @_load "require" "load" "autoload"))

((call
  !receiver
  method: (identifier) @_load
  arguments: (argument_list . (string) @module)) @import.near
  (#eq? @_load "require_relative"))

(comment) @comment
