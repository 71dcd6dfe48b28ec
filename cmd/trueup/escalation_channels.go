package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/trueup-dev/trueup/connectors/host"
	"github.com/trueup-dev/trueup/escalation/chat"
	"github.com/trueup-dev/trueup/escalation/mail"
	"github.com/trueup-dev/trueup/escalation/post"
	"github.com/trueup-dev/trueup/escalation/ticket"
	"github.com/trueup-dev/trueup/playbook"
	"github.com/trueup-dev/trueup/playbook/collect"
	"github.com/trueup-dev/trueup/playbook/notify"
	"github.com/trueup-dev/trueup/playbook/notify/web"
)

// mailChannel makes a channel of kind mail.
func mailChannel(c notify.Channel) (post.Channel, error) {
	o := mail.Options{
		Host: c.Setting("host"), From: c.Setting("from"), Domain: c.Setting("domain"), User: c.Setting("user"), Password: c.Setting("password"),
	}
	var err error
	if port := c.Setting("port"); port != "" {
		if o.Port, err = strconv.Atoi(port); err != nil {
			return nil, fmt.Errorf("port %q is not a number", port)
		}
	}
	switch plain := c.Setting("plain"); plain {
	case "", "false":
	case "true":
		o.Plain = true
	default:
		return nil, fmt.Errorf("plain %q is neither true nor false", plain)
	}
	return mail.New(o)
}

func chatChannel(c notify.Channel) (post.Channel, error) {
	return chat.New(chat.Options{URL: c.Setting("url")})
}

// desks start the connectors of service desks where a playbook has any.
type desks struct {
	// dir is the folder of connectors; file is the playbook's.
	dir, file string
	unpinned  bool
	trust     collect.Trust
	host      *host.Host
}

func (d *desks) channel(ctx context.Context, c notify.Channel) (post.Channel, error) {
	if d.dir == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		d.dir = filepath.Dir(self)
	}
	if d.host == nil {
		cfg := host.Config{AllowUnpinned: d.unpinned}
		if err := d.trust.Into(&cfg); err != nil {
			return nil, err
		}
		h, err := host.Open(ctx, cfg)
		if err != nil {
			return nil, err
		}
		d.host = h
	}
	base, err := filepath.Abs(filepath.Dir(d.file))
	if err != nil {
		return nil, err
	}
	return ticket.New(collect.NewDesk(d.host, c, collect.Options{Dir: d.dir, Base: base})), nil
}

func (d *desks) close(ctx context.Context) error {
	if d.host == nil {
		return nil
	}
	return d.host.Close(context.WithoutCancel(ctx))
}

var errNobodyToTell = errors.New("the playbook has no section notices, so nobody can be told")

// office makes of a playbook what cases are told through.
func (d *desks) office(ctx context.Context, book *playbook.Playbook) (*post.Office, error) {
	n := book.Notices()
	if n == nil {
		return nil, errNobodyToTell
	}
	return n.Office(notify.Options{Base: filepath.Dir(d.file), Makers: map[string]notify.Maker{
		notify.Mail: mailChannel, notify.Chat: chatChannel, notify.Webhook: web.Webhook, notify.Alertmanager: web.Alertmanager,
		notify.Ticket: func(c notify.Channel) (post.Channel, error) { return d.channel(ctx, c) },
	}})
}
