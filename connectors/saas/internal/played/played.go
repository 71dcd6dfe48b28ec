// Package played is a server for tests that plays answers, and breaks them on demand
// in the ways in which real ones break.
package played

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
)

// Server plays what its handler answers. Its faults come first.
type Server struct {
	*httptest.Server

	lock     sync.Mutex
	faults   map[string][]http.HandlerFunc
	requests []string
}

// New starts a server, which ends with the test.
func New(t testing.TB, answers http.Handler) *Server {
	s := &Server{faults: map[string][]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fault := s.next(r); fault != nil {
			fault(w, r)
			return
		}
		answers.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *Server) next(r *http.Request) http.HandlerFunc {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.requests = append(s.requests, r.Method+" "+r.URL.RequestURI())
	list := s.faults[r.URL.Path]
	if len(list) == 0 {
		return nil
	}
	s.faults[r.URL.Path] = list[1:]
	return list[0]
}

// Once answers the next requests for a path with faults, one each. A nil fault lets
// one request through.
func (s *Server) Once(path string, faults ...http.HandlerFunc) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.faults[path] = append(s.faults[path], faults...)
}

// Requests are those since the last call, with method and query.
func (s *Server) Requests() []string {
	s.lock.Lock()
	defer s.lock.Unlock()
	r := s.requests
	s.requests = nil
	return r
}

// Status answers with a status, a body, and headers given as name and value in turn.
func Status(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// Cut ends the connection without an answer.
func Cut(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

// Truncated answers with a part of a body whose length it states in full.
func Truncated(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write([]byte(body[:len(body)/2]))
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		Cut(w, r)
	}
}
