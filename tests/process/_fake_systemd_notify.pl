#!/usr/bin/perl
# Stands in for systemd-notify: sends its arguments as one message to NOTIFY_SOCKET.
use strict;
use Socket;
my $path = $ENV{NOTIFY_SOCKET};
$path =~ s/^@/\0/;
socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
send($socket, join("\n", @ARGV), 0, sockaddr_un($path)) or die "send: $!";
