// Fields that several bodies have, for the .cpp files of this folder: ids, lists of addresses,
// files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/wire/overlay/address_field.h"
#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/file_name.h"

namespace freshet::wire {

template <typename Id>
std::string id_field(const Id& id) {
  return std::string(text_of(id.view()));
}

template <typename Id>
std::optional<Id> id_from(const std::string& field) {
  if (field.size() != Id::kSize) return std::nullopt;
  return Id::from(bytes_of(field));
}

/// Those that mean something on another machine, `most` of them.
template <typename Message>
void write_addresses(const std::vector<Endpoint>& addresses,
                     Message& to,
                     std::size_t most = SIZE_MAX) {
  for (const Endpoint& address : addresses) {
    if (static_cast<std::size_t>(to.addresses_size()) == most) return;
    if (is_sendable(address)) write_address(address, *to.add_addresses());
  }
}

/// False: one is malformed. One that means nothing here is left out.
template <typename Message>
bool read_addresses(const Message& from, std::vector<Endpoint>& to) {
  for (const auto& address : from.addresses()) {
    const auto endpoint = read_address(address);
    if (!endpoint) return false;
    if (is_sendable(*endpoint)) to.push_back(*endpoint);
  }
  return true;
}

/// Of a message with the fields content, name and size_bytes.
template <typename Message>
void write_file(const HitFile& file, Message& to) {
  if (file.content) to.set_content(id_field(*file.content));
  to.set_name(file.name);
  to.set_size_bytes(file.size_bytes);
}

/// nullopt: malformed.
template <typename Message>
std::optional<HitFile> read_file(const Message& from) {
  HitFile file{.content = std::nullopt, .name = from.name(), .size_bytes = from.size_bytes()};
  if (!is_file_name(file.name)) return std::nullopt;
  if (from.content().empty()) return file;
  file.content = id_from<ContentId>(from.content());
  if (!file.content) return std::nullopt;
  return file;
}

}  // namespace freshet::wire
