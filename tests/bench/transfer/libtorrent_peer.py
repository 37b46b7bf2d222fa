"""libtorrent as a member of a swarm: makes a torrent, seeds it, or fetches it.

make TORRENT FILE | seed TORRENT FOLDER ADDRESS:PORT [PEER...] | fetch TORRENT FOLDER ADDRESS:PORT [PEER...]
For the measure.py of benchmarks. Says `ready` when it seeds and `done` when it has all, and goes on seeding.
"""

import os
import sys
import time

import libtorrent as lt


def session(listen):
    return lt.session({
        "listen_interfaces": listen,
        "enable_dht": False,
        "enable_lsd": False,
        "enable_upnp": False,
        "enable_natpmp": False,
        "enable_outgoing_utp": False,
        "enable_incoming_utp": False,
        "in_enc_policy": 2,
        "out_enc_policy": 2,
        "allow_multiple_connections_per_ip": True,
        "unchoke_slots_limit": -1,
        "alert_mask": 0,
    })


def make(torrent, path):
    storage = lt.file_storage()
    lt.add_files(storage, path)
    created = lt.create_torrent(storage, 0, 64)  # 64: version 1 alone
    lt.set_piece_hashes(created, os.path.dirname(path))
    with open(torrent, "wb") as out:
        out.write(lt.bencode(created.generate()))


def run(role, torrent, folder, listen, peers):
    ours = session(listen)
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(torrent)
    params.save_path = folder
    if role == "seed":
        params.flags |= lt.torrent_flags.seed_mode
    handle = ours.add_torrent(params)
    for peer in peers:
        host, port = peer.rsplit(":", 1)
        handle.connect_peer((host, int(port)))
    if role == "seed":
        print("ready", flush=True)
    else:
        while not handle.status().is_seeding:
            time.sleep(0.002)
        print("done", flush=True)
    while True:
        time.sleep(10)


if sys.argv[1] == "make":
    make(sys.argv[2], sys.argv[3])
else:
    run(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5:])
