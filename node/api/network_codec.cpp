#include "node/api/network_codec.h"

#include <algorithm>

namespace freshet::api {

namespace pb = control::v1;

void write(const NetworkRequest& from, pb::Request& to) {
  to.mutable_network()->set_dial_back(from.dial_back);
}

void write(const NetworkInfo& from, pb::Reply& to) {
  pb::NetworkInfo& info = *to.mutable_network_info();
  info.set_discover(from.discover);
  info.set_beacon(from.beacon);
  for (const std::string& place : from.places) info.add_places(place);
  info.set_beacons_sent(from.beacons_sent);
  info.set_beacons_heard(from.beacons_heard);
  info.set_beacons_foreign(from.beacons_foreign);
  info.set_known_hosts(from.known_hosts);
  for (const FailedDial& failed : from.failed) {
    info.add_failed()->set_address(failed.address);
    info.mutable_failed(info.failed_size() - 1)->set_error(failed.error);
  }
  for (const DialBackInfo& found : from.dial_backs) {
    pb::NetworkInfo::DialBack& one = *info.add_dial_backs();
    one.mutable_peer()->assign(found.peer.bytes.begin(), found.peer.bytes.end());
    one.set_address(found.address);
    one.set_verdict(static_cast<std::uint32_t>(found.verdict));
  }
}

NetworkRequest read(const pb::Network& from) {
  return {.dial_back = from.dial_back()};
}

std::optional<Reply> read(const pb::NetworkInfo& from) {
  NetworkInfo info{.discover = from.discover(),
                   .beacon = from.beacon(),
                   .places = {from.places().begin(), from.places().end()},
                   .beacons_sent = from.beacons_sent(),
                   .beacons_heard = from.beacons_heard(),
                   .beacons_foreign = from.beacons_foreign(),
                   .known_hosts = from.known_hosts(),
                   .failed = {},
                   .dial_backs = {}};
  for (const auto& failed : from.failed())
    info.failed.push_back({.address = failed.address(), .error = failed.error()});
  for (const auto& one : from.dial_backs()) {
    DialBackInfo found;
    if (one.peer().size() != found.peer.bytes.size() || one.verdict() > 2) return std::nullopt;
    std::copy(one.peer().begin(), one.peer().end(), found.peer.bytes.begin());
    found.address = one.address();
    found.verdict = static_cast<DialBackInfo::Verdict>(one.verdict());
    info.dial_backs.push_back(std::move(found));
  }
  return info;
}

}  // namespace freshet::api
