package post

import (
	"fmt"
	"strings"

	"github.com/trueup-dev/trueup/escalation/notice"
)

// Letters to one person that quiet hours held back leave as one.
func ExampleBind() {
	l := Bind([]notice.Letter{
		{ID: "d1", To: "ann", Subject: "[high] case-17: opened", Text: "A case was opened.\n"},
		{ID: "d2", To: "ann", Subject: "[low] case-18: closed", Text: "A case was closed.\n"},
	})
	fmt.Println(l.Subject, "to", l.To)
	for line := range strings.Lines(l.Text) {
		if line != "\n" {
			fmt.Print(line)
		}
	}
	// Output:
	// [digest] 2 messages about cases to ann
	// 2 messages were held back for you.
	// 1. [high] case-17: opened (d1)
	// A case was opened.
	// 2. [low] case-18: closed (d2)
	// A case was closed.
}
