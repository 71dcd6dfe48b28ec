// Package archtest holds the tests that keep the architecture: who may import
// whom, what an embedder links, that README snippets are Examples, and that no
// file grows past what can be read at a sitting. It has no code of its own.
package archtest
