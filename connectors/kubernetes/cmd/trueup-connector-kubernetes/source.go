package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/trueup-dev/trueup/connectors"
	"github.com/trueup-dev/trueup/connectors/internal/documents"
	"github.com/trueup-dev/trueup/connectors/saas/httpsource"
	"github.com/trueup-dev/trueup/connectors/sdk"
)

// malformed takes an object that cannot be read: where it is, and why.
type malformed func(subject, place string, err error) error

// source gives the objects of a cluster one by one.
type source interface {
	check(ctx context.Context) error
	nodes(ctx context.Context, each func(*v1.Node) error, bad malformed) error
	pods(ctx context.Context, each func(*v1.Pod) error, bad malformed) error
	close()
}

// server is an API server.
type server struct{ client *httpsource.Client }

func openServer(s connectors.Settings, to *sdk.Writer) (source, error) {
	var wait httpsource.Wait
	if to != nil {
		wait = to.Wait
	}
	client, err := httpsource.New(httpsource.Config{
		Base: s.Values["url"], CAFile: s.Values["ca-file"], Auth: httpsource.Token("Bearer " + s.Secrets["token"]),
		Header: http.Header{"Accept": {"application/json"}, "User-Agent": {"trueup-connector-kubernetes"}},
		Code: func(body []byte) string {
			var status metav1.Status
			_ = json.Unmarshal(body, &status)
			return string(status.Reason)
		},
	}, wait)
	if err != nil {
		return nil, err
	}
	return server{client}, nil
}

func (s server) close() { s.client.Close() }

const (
	nodesPath = "api/v1/nodes"
	podsPath  = "api/v1/pods"
	// pageSize is how many objects an answer holds, as kubectl asks for.
	pageSize = "500"
)

func (s server) check(ctx context.Context) error {
	for _, path := range []string{nodesPath, podsPath} {
		if _, err := s.client.Get(ctx, path, url.Values{"limit": {"1"}}); err != nil {
			return err
		}
	}
	return nil
}

func (s server) nodes(ctx context.Context, each func(*v1.Node) error, bad malformed) error {
	return list(ctx, s.client, nodesPath, each, bad)
}

func (s server) pods(ctx context.Context, each func(*v1.Pod) error, bad malformed) error {
	return list(ctx, s.client, podsPath, each, bad)
}

// list asks for the pages of a list.
func list[T any](ctx context.Context, client *httpsource.Client, path string, each func(*T) error, bad malformed) error {
	query := url.Values{"limit": {pageSize}}
	for count := 0; ; {
		page, err := client.Get(ctx, path, query)
		var status *httpsource.StatusError
		if errors.As(err, &status) && status.Status == http.StatusGone {
			return &connectors.Error{Kind: connectors.Unavailable, Err: fmt.Errorf("the list changed for longer than the server keeps its state; collect again: %w", err)}
		}
		if err != nil {
			return err
		}
		var answer struct {
			Metadata metav1.ListMeta    `json:"metadata"`
			Items    *[]json.RawMessage `json:"items"`
		}
		if err := page.Into(&answer); err != nil {
			return err
		}
		if answer.Items == nil {
			return page.Lacks("items")
		}
		for _, raw := range *answer.Items {
			count++
			if err := object(raw, page.Request(), count, each, bad); err != nil {
				return err
			}
		}
		if answer.Metadata.Continue == "" {
			return nil
		}
		query.Set("continue", answer.Metadata.Continue)
	}
}

// object reads one object and hands it on.
func object[T any](raw json.RawMessage, subject string, number int, each func(*T) error, bad malformed) error {
	var value T
	if err := json.Unmarshal(raw, &value); err != nil {
		return bad(subject, fmt.Sprintf("item %d", number), err)
	}
	return each(&value)
}

// files are documents as kubectl prints them.
type files []string

func openFiles(path string) (source, error) {
	names, err := documents.Files(path, ".json")
	if err == nil && len(names) == 0 {
		err = &connectors.Error{Kind: connectors.BadConfig, Err: fmt.Errorf("setting path: no .json file in %s", path)}
	}
	return files(names), err
}

func (files) close() {}

func (f files) check(ctx context.Context) error {
	return f.nodes(ctx, func(*v1.Node) error { return nil }, func(string, string, error) error { return nil })
}

func (f files) nodes(ctx context.Context, each func(*v1.Node) error, bad malformed) error {
	return walk(ctx, f, "Node", each, bad)
}

func (f files) pods(ctx context.Context, each func(*v1.Pod) error, bad malformed) error {
	return walk(ctx, f, "Pod", each, bad)
}

// walk reads the objects of a kind from every file. A file is a list of objects that
// name their kinds, a list of one kind, or one object.
func walk[T any](ctx context.Context, names files, kind string, each func(*T) error, bad malformed) error {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		count := 0
		err = items(f, func(of string, raw json.RawMessage) error {
			count++
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case of == kind:
				return object(raw, name, count, each, bad)
			case of == "" && kind == "Node": // told once
				return bad(name, fmt.Sprintf("item %d", count), errors.New("it names no kind"))
			}
			return nil
		})
		err = errors.Join(err, f.Close())
		var syntax *syntaxError
		if errors.As(err, &syntax) {
			return &connectors.Error{Kind: connectors.BadData, Err: fmt.Errorf("%s: %w", name, syntax)}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// syntaxError is text that is no list of objects, with the place.
type syntaxError struct {
	offset int64
	err    error
}

func (e *syntaxError) Error() string { return fmt.Sprintf("byte %d: %v", e.offset, e.err) }
func (e *syntaxError) Unwrap() error { return e.err }

// items gives the objects of a document with their kinds, one at a time: a cluster's
// pods are many. A list of one kind names it before or after its items.
func items(r io.Reader, each func(kind string, raw json.RawMessage) error) error {
	dec := json.NewDecoder(r)
	fail := func(err error) error { return &syntaxError{dec.InputOffset(), err} }
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return fail(errors.Join(err, errors.New("want an object")))
	}
	rest := map[string]json.RawMessage{}
	listed := ""
	list := false
	var waiting []json.RawMessage // without a kind, until the list's is known
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return fail(err)
		}
		if key != "items" {
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil {
				return fail(err)
			}
			if key == "kind" {
				_ = json.Unmarshal(raw, &listed)
			}
			rest[fmt.Sprint(key)] = raw
			continue
		}
		list = true
		if t, err := dec.Token(); err != nil || t != json.Delim('[') {
			return fail(errors.Join(err, errors.New("want a list of items")))
		}
		for dec.More() {
			var raw json.RawMessage
			if err := dec.Decode(&raw); err != nil {
				return fail(err)
			}
			var meta metav1.TypeMeta
			_ = json.Unmarshal(raw, &meta)
			kind := meta.Kind
			if kind == "" && listed != "List" {
				kind = strings.TrimSuffix(listed, "List")
			}
			if kind == "" && listed == "" {
				waiting = append(waiting, raw)
				continue
			}
			if err := each(kind, raw); err != nil {
				return err
			}
		}
		if _, err := dec.Token(); err != nil {
			return fail(err)
		}
	}
	if _, err := dec.Token(); err != nil {
		return fail(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fail(errors.New("more follows the document"))
	}
	for _, raw := range waiting {
		kind := ""
		if listed != "List" {
			kind = strings.TrimSuffix(listed, "List")
		}
		if err := each(kind, raw); err != nil {
			return err
		}
	}
	if list {
		return nil
	}
	whole, err := json.Marshal(rest)
	if err != nil {
		return fail(err)
	}
	return each(listed, whole)
}
