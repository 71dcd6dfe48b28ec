package main

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"github.com/trueup-dev/trueup/compliance/catalog"
)

// softwareIdentity is a SWID tag (ISO/IEC 19770-2:2015; NISTIR 8060 says the same freely).
type softwareIdentity struct {
	Name         string `xml:"name,attr"`
	TagID        string `xml:"tagId,attr"`
	Version      string `xml:"version,attr"`
	Patch        bool   `xml:"patch,attr"`
	Corpus       bool   `xml:"corpus,attr"`
	Supplemental bool   `xml:"supplemental,attr"`
	Entities     []struct {
		Name string `xml:"name,attr"`
		Role string `xml:"role,attr"`
	} `xml:"Entity"`
	Meta []struct {
		Edition string `xml:"edition,attr"`
	} `xml:"Meta"`
}

// publisher is who made the software. Who made the tag is someone else.
func (s *softwareIdentity) publisher() string {
	for _, role := range []string{"softwareCreator", "licensor"} {
		for _, e := range s.Entities {
			if slices.Contains(strings.Fields(e.Role), role) {
				return e.Name
			}
		}
	}
	return ""
}

func parseSWID(dec *xml.Decoder, start xml.StartElement) (*document, error) {
	var s softwareIdentity
	if err := dec.DecodeElement(&s, &start); err != nil {
		line, column := dec.InputPos()
		return nil, fmt.Errorf("line %d, column %d: %w", line, column, err)
	}
	d := &document{perFolder: true}
	switch {
	case s.Corpus:
		d.pass("tags of installation media")
	case s.Patch:
		d.pass("tags of patches")
	case s.Supplemental:
		d.pass("supplementary tags")
	case s.Name == "":
		d.fault("tag "+s.TagID, "it has no name; every tag must have one")
	default:
		t := catalog.Title{Publisher: s.publisher(), Name: s.Name, Version: s.Version, ProductCode: s.TagID}
		for _, m := range s.Meta {
			if t.Edition == "" {
				t.Edition = m.Edition
			}
		}
		d.Titles = append(d.Titles, t)
	}
	return d, nil
}
