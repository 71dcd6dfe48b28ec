package httpsource

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/trueup-dev/trueup/connectors"
)

// Page is one answer.
type Page struct {
	Body   []byte
	Header http.Header
	Status int

	url    *url.URL
	method string
}

// Request is what was asked, without the query.
func (p *Page) Request() string { return p.method + " " + shown(p.url) }

// Next is the link to the next page that the headers name (RFC 8288), empty on the
// last page.
func (p *Page) Next() string {
	for _, header := range p.Header.Values("Link") {
		if next := linkTo(header, "next"); next != "" {
			return next
		}
	}
	return ""
}

// linkTo finds the target of a relation in a Link header.
func linkTo(header, relation string) string {
	for {
		_, after, ok := strings.Cut(header, "<")
		if !ok {
			return ""
		}
		target, rest, ok := strings.Cut(after, ">")
		if !ok {
			return ""
		}
		// The parameters go on up to the comma before the next target, if any.
		parameters := rest
		if i := strings.IndexByte(rest, '<'); i >= 0 {
			parameters = rest[:i]
		}
		header = rest[len(parameters):]
		for _, parameter := range strings.FieldsFunc(parameters, func(r rune) bool { return r == ';' || r == ',' }) {
			name, value, _ := strings.Cut(parameter, "=")
			if strings.EqualFold(strings.TrimSpace(name), "rel") &&
				strings.EqualFold(strings.Trim(strings.TrimSpace(value), `"`), relation) {
				return target
			}
		}
	}
}

// Into reads the whole answer into v. The records of a list are best left as
// [json.RawMessage] and read one by one with [Record], so that one that is malformed
// does not take the others along.
func (p *Page) Into(v any) error {
	dec := json.NewDecoder(bytes.NewReader(p.Body))
	err := dec.Decode(v)
	if err == nil && dec.More() {
		err = errors.New("something follows its end")
	}
	if err == nil {
		return nil
	}
	return badData(fmt.Errorf("%s: the answer is not the JSON that is expected: %s", p.Request(), plain(err)))
}

// Lacks is the error of an answer without a list that it must have: an empty answer
// must not pass for one that says that there is nothing.
func (p *Page) Lacks(field string) error {
	return badData(fmt.Errorf("%s: the answer has no %q", p.Request(), field))
}

// Record reads one record of a list.
func Record[T any](raw json.RawMessage) (T, error) {
	var v T
	if bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		return v, errors.New("it is null")
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, errors.New(plain(err))
	}
	return v, nil
}

// plain is what is wrong with JSON, by field and type. The value is not told: it may
// be a person's.
func plain(err error) string {
	var syntax *json.SyntaxError
	var value *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("byte %d is not JSON", syntax.Offset)
	case errors.As(err, &value):
		kind, _, _ := strings.Cut(value.Value, " ")
		return fmt.Sprintf("field %q has a %s, want %s", value.Field, kind, value.Type.Kind())
	}
	return "it cannot be read"
}

// Malformed is the problem of a record that cannot be read. index counts from 0.
func (p *Page) Malformed(index int, err error) connectors.Problem {
	return connectors.Problem{Kind: connectors.BadData, Subject: p.Request(), Place: fmt.Sprintf("record %d of the page", index+1), Message: err.Error()}
}
