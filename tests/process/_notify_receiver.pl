# Binds the datagram socket $ARGV[0] ("@name" for an abstract one) and prints every message on a line of its own.
use strict;
use Socket;
my $path = $ARGV[0];
$path =~ s/^@/\0/;
socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
bind($socket, sockaddr_un($path)) or die "bind: $!";
$| = 1;
print "bound\n";
while (defined recv($socket, my $message, 65536, 0)) {
  $message =~ s/\n/|/g;
  print "$message\n";
}
