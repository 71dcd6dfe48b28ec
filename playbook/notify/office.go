package notify

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/trueup-dev/trueup/escalation/notice"
	"github.com/trueup-dev/trueup/escalation/post"
	"github.com/trueup-dev/trueup/escalation/runner"
)

// Maker makes the channels of one kind. The secrets of what it is given are what they
// are. Its error must quote none.
type Maker func(Channel) (post.Channel, error)

// Options make an office. All but Makers may be left out.
type Options struct {
	// Makers are by kind.
	Makers map[string]Maker
	// Base is the folder that relative file:PATH start from; empty means the
	// program's own.
	Base string
	// Writer writes the letters; nil means with the templates that come with trueup.
	Writer *notice.Writer
	// Facts and Now are those of post.Options.
	Facts func(n runner.Notice) []notice.Fact
	Now   func() time.Time
}

// Office makes every channel and joins them with the contacts. The error names each
// channel that cannot be made and quotes no secret.
func (n *Notices) Office(o Options) (*post.Office, error) {
	var errs []error
	channels := map[string]post.Channel{}
	for _, c := range n.channels {
		made, err := o.channel(c)
		if err != nil {
			errs = append(errs, fmt.Errorf("channel %s: %w", c.Name, err))
			continue
		}
		channels[c.Name] = made
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if o.Writer == nil {
		var err error
		if o.Writer, err = notice.New(notice.Options{}); err != nil {
			return nil, err
		}
	}
	return post.New(post.Options{Writer: o.Writer, Channels: channels, Contacts: n.contacts, Facts: o.Facts, Now: o.Now})
}

func (o Options) channel(c Channel) (post.Channel, error) {
	maker, ok := o.Makers[c.Kind]
	if !ok {
		return nil, fmt.Errorf("this program has no channels of kind %s, only %s", c.Kind, strings.Join(slices.Sorted(maps.Keys(o.Makers)), ", "))
	}
	c.Settings = maps.Clone(c.Settings)
	secrets := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.Secrets)) {
		value, err := o.secret(c.Secrets[name])
		if err != nil {
			return nil, fmt.Errorf("secret %s: %w", name, err)
		}
		secrets[name] = value
	}
	c.Secrets = secrets
	return maker(c)
}

// secret reads one from where it stands. A line break at the end of a file is none of
// it.
func (o Options) secret(where string) (string, error) {
	scheme, rest, _ := strings.Cut(where, ":")
	if scheme == "env" {
		value := os.Getenv(rest)
		if value == "" {
			return "", fmt.Errorf("the variable %s is not set", rest)
		}
		return value, nil
	}
	if !filepath.IsAbs(rest) {
		rest = filepath.Join(o.Base, rest)
	}
	data, err := os.ReadFile(rest)
	if err != nil {
		var failed *fs.PathError
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return "", fmt.Errorf("cannot read %s: %w", rest, err)
	}
	value := strings.TrimRight(string(data), "\r\n")
	if value == "" {
		return "", fmt.Errorf("%s is empty", rest)
	}
	return value, nil
}

// Setting is a setting of the channel, or the secret of that name.
func (c Channel) Setting(name string) string {
	if s := c.Secrets[name]; s != "" {
		return s
	}
	return c.Settings[name]
}
