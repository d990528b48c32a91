// Copyright 2020 The Authors.

// Package count counts words: “é”.
package count

import (
	"fmt"
	str "strings"
	"testing"

	_ "example.com/words/embed"
)

// Limit is the most kept.
const Limit = 10

const (
	// Small is less.
	Small = iota
	Large
)

var ErrEmpty = errors.New("é")

// Counter counts.
type Counter struct {
	words map[string]int
	sync.Mutex
}

type (
	// Name names one.
	Name string
	Pair[T any] struct{ a, b T }
)

type Total interface {
	// Sum adds it all up.
	Sum() int
	fmt.Stringer
}

// New makes one.
//
//go:noinline
func New(name Name) *Counter {
	return &Counter{words: make(map[string]int)}
}

// Add adds a word.
func (c *Counter) Add(word string) (n int, err error) {
	c.words[str.ToUpper(word)]++
	return len(c.words), nil
}

func (p Pair[T]) Swap() Pair[T] { return Pair[T]{p.b, p.a} }

func TestAdd(t *testing.T) {
	New("é").Add("x")
}

func BenchmarkAdd(b *testing.B) {}

func Testament(x int) {}
