package post

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// SendDigest sends messages to one recipient as one letter. Where the channel
// keeps something for each case, such as a ticket, they go one by one.
func (o *Office) SendDigest(ctx context.Context, ns []runner.Notice) error {
	if len(ns) == 0 {
		return nil
	}
	c, err := o.contact(ns[0].Delivery.To)
	if err != nil {
		return err
	}
	if _, ok := o.o.Channels[c.Channel].(Registrar); ok || len(ns) == 1 {
		for _, n := range ns {
			if err := o.Send(ctx, n); err != nil {
				return err
			}
		}
		return nil
	}
	letters := make([]notice.Letter, len(ns))
	for i, n := range ns {
		if letters[i], err = o.letter(n, c); err != nil {
			return err
		}
	}
	return o.o.Channels[c.Channel].Send(ctx, Bind(letters), o.o.Now())
}

// Bind makes one letter of several to one recipient. Its id is made of theirs, it
// says how many they are, and it lists each with its own id.
func Bind(ls []notice.Letter) notice.Letter {
	h := sha256.New()
	var text, html strings.Builder
	out := notice.Letter{To: ls[0].To, Address: ls[0].Address, Reason: "digest", Case: "digest"}
	fmt.Fprintf(&text, "%d messages were held back for you.\n", len(ls))
	fmt.Fprintf(&html, "<p>%d messages were held back for you.</p>\n", len(ls))
	for i, l := range ls {
		fmt.Fprintf(h, "%s\x00", l.ID)
		fmt.Fprintf(&text, "\n%d. %s (%s)\n\n%s\n", i+1, l.Subject, l.ID, l.Text)
		fmt.Fprintf(&html, "<hr>\n<p>%d. %s (%s)</p>\n%s", i+1, htmlText(l.Subject), l.ID, l.HTML)
		out.Withheld += l.Withheld
		if l.At.After(out.At) {
			out.At = l.At
		}
		if out.Opened.IsZero() || l.Opened.Before(out.Opened) {
			out.Opened = l.Opened
		}
	}
	out.ID = hex.EncodeToString(h.Sum(nil)[:16])
	out.Subject = fmt.Sprintf("[digest] %d messages about cases", len(ls))
	out.Text, out.HTML = text.String(), html.String()
	return out
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func htmlText(s string) string { return escaper.Replace(s) }
