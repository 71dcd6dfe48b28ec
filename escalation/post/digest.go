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

// MayBind says whether messages to somebody can be put into one letter: not where the
// channel keeps something for each case, such as a ticket, nor where there is nobody.
func (o *Office) MayBind(to string) bool {
	c, err := o.contact(to)
	if err != nil {
		return false
	}
	if per, ok := o.o.Channels[c.Channel].(PerCase); ok && per.PerCase() {
		return false
	}
	_, keeps := o.o.Channels[c.Channel].(Registrar)
	return !keeps
}

// SendDigest sends messages to one recipient as one letter, a single one as it is.
func (o *Office) SendDigest(ctx context.Context, ns []runner.Notice) error {
	if len(ns) == 0 {
		return nil
	}
	c, err := o.contact(ns[0].Delivery.To)
	switch {
	case err != nil:
		return err
	case !o.MayBind(c.Name):
		return fmt.Errorf("post: the channel keeps one thing for each case, so nothing can be put together: %w", runner.ErrPermanent)
	case len(ns) == 1:
		return o.Send(ctx, ns[0])
	}
	letters := make([]notice.Letter, len(ns))
	lead := "%d messages of one group."
	for i, n := range ns {
		if letters[i], err = o.letter(n, c); err != nil {
			return err
		}
		if !n.Delivery.Hold.IsZero() {
			lead = "%d messages were held back for you."
		}
	}
	return o.o.Channels[c.Channel].Send(ctx, bind(letters, lead), o.o.Now())
}

// Bind makes one letter of several to one recipient. Its id is made of theirs, it
// says how many they are, and it lists each with its own id.
func Bind(ls []notice.Letter) notice.Letter { return bind(ls, "%d messages were held back for you.") }

// bind is Bind with what the letter begins with.
func bind(ls []notice.Letter, lead string) notice.Letter {
	h := sha256.New()
	var text, html strings.Builder
	out := notice.Letter{To: ls[0].To, Address: ls[0].Address, Reason: "digest", Case: "digest"}
	lead = fmt.Sprintf(lead, len(ls))
	text.WriteString(lead + "\n")
	html.WriteString("<p>" + lead + "</p>\n")
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
