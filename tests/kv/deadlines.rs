//! When keys expire, as commands say it.

use crate::each_server;

#[test]
fn deadlines() {
    each_server(&[], |kv| {
        let mut peer = kv.connect();
        peer.ask("SET a 1", "+OK\r\n");
        peer.ask("TTL a", ":-1\r\n");
        peer.ask("TTL none", ":-2\r\n");
        peer.ask("EXPIRE none 100", ":0\r\n");
        peer.ask("EXPIRE a 100", ":1\r\n");
        peer.ask("TTL a", ":100\r\n");
        peer.ask("SET a 2 KEEPTTL", "+OK\r\n");
        peer.ask("TTL a", ":100\r\n");
        peer.ask("INCR a", ":3\r\n");
        peer.ask("TTL a", ":100\r\n");
        peer.ask("EXPIRE a 200 NX", ":0\r\n");
        peer.ask("EXPIRE a 50 GT", ":0\r\n");
        peer.ask("EXPIRE a 200 GT", ":1\r\n");
        peer.ask("TTL a", ":200\r\n");
        peer.ask("PERSIST a", ":1\r\n");
        peer.ask("PERSIST a", ":0\r\n");
        peer.ask("TTL a", ":-1\r\n");
        peer.ask("PEXPIRE a 300000", ":1\r\n");
        peer.ask("TTL a", ":300\r\n");
        peer.ask("SET a 2", "+OK\r\n");
        peer.ask("TTL a", ":-1\r\n");
        peer.ask("EXPIRE a -1", ":1\r\n");
        peer.ask("GET a", "$-1\r\n");
        peer.ask("SET b 1 PX 100000", "+OK\r\n");
        peer.ask("TTL b", ":100\r\n");
        peer.ask("EXPIREAT b 1", ":1\r\n");
        peer.ask("EXISTS b", ":0\r\n");
        peer.ask(
            "EXPIRE a x",
            "-ERR value is not an integer or out of range\r\n",
        );
        peer.ask(
            "EXPIRE a 9223372036854775807",
            "-ERR invalid expire time in 'expire' command\r\n",
        );
    });
}
