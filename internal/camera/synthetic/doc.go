// Package synthetic is a camera that is none: a drawn street with moving cars and a clock, in which it is written that it shows no
// real place. It is there so that player and snapshot can be tried where no media server is: in the demonstration, and by whoever
// sets an installation up. Pure functions of a number and an instant; nothing is stored.
//
// Its address is synthetic://NUMBER/live.m3u8 for the live picture and synthetic://NUMBER/picture.jpg for a snapshot. The live
// picture is HLS (RFC 8216) with segments of two seconds in fragmented MP4 (ISO/IEC 14496-12), H.264 (ITU-T H.264, baseline):
// what moves is sent as it is (macroblocks of I_PCM), what stands is skipped, so that no encoder is needed.
package synthetic
