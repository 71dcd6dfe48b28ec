package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// word is a text that some agents write as a number or a flag.
type word string

// UnmarshalJSON takes a string, a number or a flag; null leaves it empty.
func (w *word) UnmarshalJSON(raw []byte) error {
	switch {
	case raw[0] == '"':
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		*w = word(s)
	case raw[0] == '{' || raw[0] == '[':
		return fmt.Errorf("want a text, found %c", raw[0])
	case string(raw) != "null":
		*w = word(raw)
	}
	return nil
}

func (w word) text() string { return strings.TrimSpace(string(w)) }

// document is one inventory file, in either format: agents of both families
// name their sections alike.
type document struct {
	DeviceID word    `json:"deviceid" xml:"DEVICEID"`
	Partial  bool    `json:"partial" xml:"-"`
	Content  content `json:"content" xml:"CONTENT"`
}

type content struct {
	AccessLog struct {
		LogDate word `json:"logdate" xml:"LOGDATE"`
	} `json:"accesslog" xml:"ACCESSLOG"`
	Hardware        hardware         `json:"hardware" xml:"HARDWARE"`
	OperatingSystem operatingSystem  `json:"operatingsystem" xml:"OPERATINGSYSTEM"`
	CPUs            []processor      `json:"cpus" xml:"CPUS"`
	Users           []account        `json:"users" xml:"USERS"`
	VirtualMachines []virtualMachine `json:"virtualmachines" xml:"VIRTUALMACHINES"`
	Software        []software       `json:"softwares" xml:"SOFTWARES"`
	// Devices are network devices that the agent asked over SNMP.
	Devices       []networkDevice `json:"-" xml:"DEVICE"`
	NetworkDevice *networkFacts   `json:"network_device" xml:"-"`
}

type hardware struct {
	Name           word `json:"name" xml:"NAME"`
	UUID           word `json:"uuid" xml:"UUID"`
	VMSystem       word `json:"vmsystem" xml:"VMSYSTEM"`
	LastLoggedUser word `json:"lastloggeduser" xml:"LASTLOGGEDUSER"`
	OSName         word `json:"osname" xml:"OSNAME"`
	OSVersion      word `json:"osversion" xml:"OSVERSION"`
}

type operatingSystem struct {
	Name     word `json:"name" xml:"NAME"`
	Version  word `json:"version" xml:"VERSION"`
	FullName word `json:"full_name" xml:"FULL_NAME"`
}

type processor struct {
	Name word `json:"name" xml:"NAME"`
	// Type is what OCS agents call the name, Cores the cores, Logical the threads.
	Type    word `json:"type" xml:"TYPE"`
	Core    word `json:"core" xml:"CORE"`
	Cores   word `json:"cores" xml:"CORES"`
	Thread  word `json:"thread" xml:"THREAD"`
	Logical word `json:"logical_cpus" xml:"LOGICAL_CPUS"`
}

type account struct {
	Login  word `json:"login" xml:"LOGIN"`
	Domain word `json:"domain" xml:"DOMAIN"`
}

type virtualMachine struct {
	Name            word `json:"name" xml:"NAME"`
	UUID            word `json:"uuid" xml:"UUID"`
	Type            word `json:"vmtype" xml:"VMTYPE"`
	Subsystem       word `json:"subsystem" xml:"SUBSYSTEM"`
	Status          word `json:"status" xml:"STATUS"`
	VCPU            word `json:"vcpu" xml:"VCPU"`
	OperatingSystem word `json:"-" xml:"OPERATINGSYSTEM"`
}

type software struct {
	Publisher    word `json:"publisher" xml:"PUBLISHER"`
	Name         word `json:"name" xml:"NAME"`
	FullName     word `json:"fullname" xml:"FULLNAME"`
	Version      word `json:"version" xml:"VERSION"`
	GUID         word `json:"guid" xml:"GUID"`
	Architecture word `json:"arch" xml:"ARCH"`
	InstallDate  word `json:"install_date" xml:"INSTALLDATE"`
	UserName     word `json:"username" xml:"USERNAME"`
}

type networkDevice struct {
	Info networkFacts `xml:"INFO"`
	// Older agents put the facts beside the ports instead of into INFO.
	networkFacts
	// A port's address tells a device from others when nothing else does.
	Ports []word `xml:"PORTS>PORT>MAC"`
}

type networkFacts struct {
	Name     word `json:"name" xml:"NAME"`
	SNMPName word `json:"snmphostname" xml:"SNMPHOSTNAME"`
	Serial   word `json:"serial" xml:"SERIAL"`
	MAC      word `json:"mac" xml:"MAC"`
}

// errNotInventory means that a file is well formed and something else.
var errNotInventory = errors.New("is not an inventory and was skipped")

// parse reads a file by what it holds, whatever its name.
func parse(data []byte) (*document, error) {
	data, err := decode(data)
	if err != nil {
		return nil, err
	}
	switch trimmed := bytes.TrimLeft(data, " \t\r\n"); {
	case len(trimmed) == 0:
		return nil, &placedError{1, 1, errors.New("the file is empty")}
	case trimmed[0] == '<':
		return parseXML(data)
	case trimmed[0] == '{':
		return parseJSON(data)
	}
	return nil, &placedError{1, 1, errors.New("the file begins neither with < as XML nor with { as JSON")}
}

func parseJSON(data []byte) (*document, error) {
	var present map[string]json.RawMessage
	if err := json.Unmarshal(data, &present); err != nil {
		return nil, jsonError(data, err)
	}
	if present["deviceid"] == nil && present["content"] == nil {
		return nil, errNotInventory
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, jsonError(data, err)
	}
	return &d, nil
}

func parseXML(data []byte) (*document, error) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.CharsetReader = charset
	var d struct {
		XMLName xml.Name
		document
	}
	if err := dec.Decode(&d); err != nil {
		line, column := dec.InputPos()
		return nil, &placedError{line, column, xmlReason(err)}
	}
	if d.XMLName.Local != "REQUEST" {
		return nil, errNotInventory
	}
	if !atEnd(dec) {
		line, column := dec.InputPos()
		return nil, &placedError{line, column, errors.New("something follows the end of the inventory")}
	}
	return &d.document, nil
}

// atEnd reports whether nothing but space and comments follows.
func atEnd(dec *xml.Decoder) bool {
	for {
		token, err := dec.Token()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		switch t := token.(type) {
		case xml.Comment:
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return false
			}
		default:
			return false
		}
	}
}

// charset reads the encodings that an XML declaration can name. UTF-16 was
// decoded before.
func charset(label string, input io.Reader) (io.Reader, error) {
	if strings.HasPrefix(strings.ToLower(label), "utf-16") {
		return input, nil
	}
	e, err := htmlindex.Get(label)
	if err != nil {
		return nil, fmt.Errorf("the declared encoding %q is not known", label)
	}
	return e.NewDecoder().Reader(input), nil
}
