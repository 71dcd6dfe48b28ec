package remedy

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// segment is a name of the playbook's format, or name=value.
var segment = regexp.MustCompile(`^[a-z][a-z0-9-]*(=[^=]+)?$`)

// edited is a document of YAML with another value at a path, and every other byte as it
// was. The segments of a path are names of fields; in a list, name=value is the entry
// whose field has that value. The result is read again: what it does not hold is an error.
func edited(text []byte, path, value string) ([]byte, error) {
	var want any
	if err := yaml.Unmarshal([]byte(value), &want); err != nil || strings.Contains(value, "\n") || want == nil {
		return nil, fmt.Errorf("%q is not a value of YAML on one line", value)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil || len(doc.Content) != 1 {
		return nil, errors.New("the document cannot be read")
	}
	segments := strings.Split(path, ".")
	for _, s := range segments {
		if !segment.MatchString(s) {
			return nil, fmt.Errorf("%q is no path in a document", path)
		}
	}
	parent, err := descend(doc.Content[0], segments[:len(segments)-1])
	if err != nil {
		return nil, err
	}
	name := segments[len(segments)-1]
	if parent.Kind != yaml.MappingNode || len(parent.Content) == 0 {
		return nil, fmt.Errorf("%s is nothing with fields", strings.Join(segments[:len(segments)-1], "."))
	}
	out, err := change(strings.SplitAfter(string(text), "\n"), parent, name, value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := holdsValue(out, segments, want); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

// holdsValue reads a changed document again.
func holdsValue(text []byte, segments []string, want any) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return fmt.Errorf("the change does not fit: %w", err)
	}
	n, err := descend(doc.Content[0], segments)
	if err != nil {
		return err
	}
	var got any
	if err := n.Decode(&got); err != nil || !reflect.DeepEqual(got, want) {
		return errors.New("the change would say something else")
	}
	return nil
}

// descend follows the segments of a path.
func descend(n *yaml.Node, segments []string) (*yaml.Node, error) {
	for _, s := range segments {
		var next *yaml.Node
		key, value, listed := strings.Cut(s, "=")
		switch {
		case listed && n.Kind == yaml.SequenceNode:
			at := slices.IndexFunc(n.Content, func(e *yaml.Node) bool {
				f := field(e, key)
				return f != nil && f.Value == value
			})
			if at >= 0 {
				next = n.Content[at]
			}
		case !listed:
			next = field(n, s)
		}
		if next == nil {
			return nil, fmt.Errorf("the document has no %s", s)
		}
		n = next
	}
	return n, nil
}

// field is the value of a mapping's field; nil where it has none.
func field(n *yaml.Node, name string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// change puts a value into a mapping of the lines of a document.
func change(lines []string, parent *yaml.Node, name, value string) ([]byte, error) {
	if n := field(parent, name); n != nil {
		start, end, err := span(lines, n)
		if err != nil {
			return nil, err
		}
		l := []rune(lines[n.Line-1])
		lines[n.Line-1] = string(l[:start]) + value + string(l[end:])
		return []byte(strings.Join(lines, "")), nil
	}
	first, last := parent.Content[0], parent.Content[len(parent.Content)-1]
	if parent.Style&yaml.FlowStyle != 0 {
		_, end, err := span(lines, last)
		if err != nil {
			return nil, err
		}
		l := []rune(lines[last.Line-1])
		lines[last.Line-1] = string(l[:end]) + ", " + name + ": " + value + string(l[end:])
		return []byte(strings.Join(lines, "")), nil
	}
	at := parent.Content[len(parent.Content)-2].Line // of the last field: the line after it
	for i := at; i < len(lines); i++ {
		text := strings.TrimRight(lines[i], "\r\n")
		inner := strings.TrimLeft(text, " ")
		if inner == "" || strings.HasPrefix(inner, "#") {
			continue
		}
		if len(text)-len(inner) < first.Column || len(text) == len(inner) {
			break
		}
		at = i + 1
	}
	if !strings.HasSuffix(lines[at-1], "\n") {
		lines[at-1] += "\n"
	}
	lines = slices.Insert(lines, at, strings.Repeat(" ", first.Column-1)+name+": "+value+"\n")
	return []byte(strings.Join(lines, "")), nil
}

// span is where a scalar stands on its line, in characters.
func span(lines []string, n *yaml.Node) (start, end int, err error) {
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return 0, 0, fmt.Errorf("line %d holds more than one value", n.Line)
	}
	line := []rune(lines[n.Line-1])
	start = n.Column - 1
	rest := string(line[start:])
	for _, written := range []string{n.Value, "'" + strings.ReplaceAll(n.Value, "'", "''") + "'", fmt.Sprintf("%q", n.Value)} {
		if strings.HasPrefix(rest, written) && written != "" {
			return start, start + len([]rune(written)), nil
		}
	}
	return 0, 0, fmt.Errorf("line %d is written in a way that is changed by hand only", n.Line)
}
