#include "node/wire/overlay/browse.h"

#include <utility>

#include "node/wire/overlay/body_fields.h"
#include "node/wire/overlay/message.h"

#include "freshet/overlay/v1/overlay.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;

// Whether it gets on: who asks for the next page is never sent back.
bool ascends(const BrowsePage& page) {
  for (std::size_t i = 1; i < page.files.size(); ++i) {
    if (page.files[i].place <= page.files[i - 1].place) return false;
  }
  return page.next == 0 || page.files.empty() || page.next > page.files.back().place;
}

}  // namespace

Bytes encode(const Browse& browse) {
  pb::Browse message;
  message.set_from(browse.from);
  message.set_max_files(browse.max_files);
  message.set_wants_ids(browse.wants_ids);
  return serialize(message);
}

Bytes encode(const BrowsePage& page) {
  pb::BrowsePage message;
  message.set_state(static_cast<std::uint32_t>(page.state));
  write_addresses(page.addresses, message, kMaxHitAddresses);
  for (const BrowsedFile& file : page.files) {
    if (static_cast<std::size_t>(message.files_size()) == kMaxHitFiles) break;
    pb::BrowsedFile* to = message.add_files();
    write_file(file.file, *to);
    to->set_place(file.place);
  }
  message.set_next(page.next);
  return serialize(message);
}

std::optional<Browse> decode_browse(ByteView body) {
  pb::Browse message;
  if (body.size() > kMaxBrowseBodyBytes || !parse(body, message)) return std::nullopt;
  return Browse{
      .from = message.from(), .max_files = message.max_files(), .wants_ids = message.wants_ids()};
}

std::optional<BrowsePage> decode_browse_page(ByteView body) {
  pb::BrowsePage message;
  if (!parse(body, message) || static_cast<std::size_t>(message.addresses_size()) > kMaxHitAddresses
      || static_cast<std::size_t>(message.files_size()) > kMaxHitFiles) {
    return std::nullopt;
  }
  BrowsePage page{.state = static_cast<BrowseState>(message.state()),
                  .addresses = {},
                  .files = {},
                  .next = message.next()};
  if (!read_addresses(message, page.addresses)) return std::nullopt;
  page.files.reserve(static_cast<std::size_t>(message.files_size()));
  for (const pb::BrowsedFile& file : message.files()) {
    auto read = read_file(file);
    if (!read) return std::nullopt;
    page.files.push_back({.file = std::move(*read), .place = file.place()});
  }
  if (!ascends(page)) return std::nullopt;
  return page;
}

}  // namespace freshet::wire
