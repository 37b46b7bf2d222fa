"""libtorrent as one end of a transfer: makes a torrent, seeds it, or fetches it from 127.0.0.1. For measure.py."""

import os
import sys
import time

import libtorrent as lt


def session(port):
    return lt.session({
        "listen_interfaces": f"127.0.0.1:{port}",
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


def run(role, torrent, folder, port):
    ours = session(port if role == "seed" else 0)
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(torrent)
    params.save_path = folder
    if role == "seed":
        params.flags |= lt.torrent_flags.seed_mode
    handle = ours.add_torrent(params)
    if role == "seed":
        print("ready", flush=True)
    else:
        handle.connect_peer(("127.0.0.1", port))
        while not handle.status().is_seeding:
            time.sleep(0.002)
        print("done", flush=True)
    while True:
        time.sleep(10)


if sys.argv[1] == "make":
    make(sys.argv[2], sys.argv[3])
else:
    run(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
