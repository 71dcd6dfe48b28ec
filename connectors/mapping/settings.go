package mapping

import (
	"errors"
	"fmt"
	"os"
)

// FromSettings reads the document that a connector was configured with: a file, or
// the text itself. One of the two must be given.
func FromSettings(file, text string) (*Mapping, error) {
	switch {
	case file != "" && text != "":
		return nil, errors.New("both file and mapping are set: keep one")
	case text != "":
		return Read("mapping", []byte(text))
	case file == "":
		return nil, errors.New("neither file nor mapping is set: nothing says what the columns mean")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	return Read(file, data)
}
