package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/trueup-dev/trueup/connectors"
)

// client is a session.
type client struct {
	*govmomi.Client
}

// signIn opens a session. Errors name the address and never the password.
func signIn(ctx context.Context, s connectors.Settings) (*client, error) {
	address, err := soap.ParseURL(s.Values["url"])
	if err != nil || address == nil || address.Host == "" {
		return nil, &connectors.Error{Kind: connectors.BadConfig, Err: fmt.Errorf("setting url is %q, want an address such as https://vcenter.example.org", s.Values["url"])}
	}
	address.User = nil
	transport := soap.NewClient(address, s.Values["insecure"] == "true")
	if print := s.Values["thumbprint"]; print != "" {
		transport.SetThumbprint(address.Host, print)
	}
	vim, err := vim25.NewClient(ctx, transport)
	if err != nil {
		return nil, failure(ctx, fmt.Errorf("%s: %w", address.Host, err))
	}
	c := &client{&govmomi.Client{Client: vim, SessionManager: session.NewManager(vim)}}
	if err := c.Login(ctx, url.UserPassword(s.Values["user"], s.Secrets["password"])); err != nil {
		return nil, failure(ctx, fmt.Errorf("%s: sign in: %w", address.Host, err))
	}
	return c, nil
}

func (c *client) signOut(ctx context.Context) error {
	return c.Logout(context.WithoutCancel(ctx))
}

// failure gives an error of the vSphere API its kind.
func failure(ctx context.Context, err error) error {
	kind := connectors.Unavailable
	switch {
	case ctx.Err() != nil:
		kind = connectors.Canceled
	case soap.IsSoapFault(errors.Unwrap(err)) || soap.IsSoapFault(err):
		kind = faultKind(err)
	}
	return &connectors.Error{Kind: kind, Err: err}
}

func faultKind(err error) connectors.ErrorKind {
	for !soap.IsSoapFault(err) {
		err = errors.Unwrap(err)
	}
	switch soap.ToSoapFault(err).VimFault().(type) {
	case types.InvalidLogin, types.NotAuthenticated:
		return connectors.AuthFailed
	case types.NoPermission:
		return connectors.PermissionDenied
	}
	return connectors.Unavailable
}

// pageSize is how many objects one answer holds.
const pageSize = 1000

// read gives the properties of every object of a type, page by page. A property
// that an object does not have is left at its zero value.
func read[T any](ctx context.Context, c *client, kind string, properties []string, each func(T) error) error {
	v, err := view.NewManager(c.Client.Client).CreateContainerView(ctx, c.ServiceContent.RootFolder, []string{kind}, true)
	if err != nil {
		return failure(ctx, fmt.Errorf("%s: %w", kind, err))
	}
	defer func() { _ = v.Destroy(context.WithoutCancel(ctx)) }()
	collector := property.DefaultCollector(c.Client.Client)
	request := types.RetrievePropertiesEx{
		This: collector.Reference(), Options: types.RetrieveOptions{MaxObjects: pageSize},
		SpecSet: []types.PropertyFilterSpec{{
			ObjectSet: []types.ObjectSpec{{Obj: v.Reference(), Skip: types.NewBool(true), SelectSet: []types.BaseSelectionSpec{
				&types.TraversalSpec{Type: v.Reference().Type, Path: "view"}}}},
			PropSet: []types.PropertySpec{{Type: kind, PathSet: properties}},
		}},
	}
	return pages(ctx, c, request, func(objects []types.ObjectContent) error {
		var loaded []T
		if err := mo.LoadObjectContent(objects, &loaded); err != nil {
			return failure(ctx, fmt.Errorf("%s: %w", kind, err))
		}
		for _, o := range loaded {
			if err := each(o); err != nil {
				return err
			}
		}
		return nil
	})
}
