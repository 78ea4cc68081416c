// Package mqtt lets devices hand messages in by MQTT 3.1.1 (OASIS standard of 29 October 2014). It is a way in, not a broker:
// a message goes to the program and to nobody else, and is acknowledged only when the program has made it durable or settled it.
//
// It keeps nothing: no message, retained message or will is stored or passed on, since where an officer is must reach no storage
// before it is known that the officer is on duty. A session lives as long as its connection. A device may subscribe to its own
// topics; what the program has to say to it is sent while it is connected.
//
// QoS 0, 1 and 2 are taken. What a device publishes outside its own topics is dropped, acknowledged and counted, since MQTT 3.1.1
// has no refusal and a device would repeat it for ever; a device that goes on is disconnected.
package mqtt
