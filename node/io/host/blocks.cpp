#include "node/io/host/blocks.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include "node/store/file_io.h"
#include "node/store/hasher.h"
#include "node/store/key_file.h"
#include "node/store/mesh.h"
#include "node/store/signer.h"

namespace freshet::io {

namespace co = core::overlay;

namespace {

constexpr std::string_view kLabel = "freshet block list 1";
constexpr std::string_view kNode = "node ";
constexpr std::string_view kContent = "content ";
constexpr std::size_t kMaxLine = 80;
constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

std::optional<Blockable> parse_line(std::string_view line) {
  if (line.starts_with(kNode)) {
    if (const auto key = NodeKey::from_hex(line.substr(kNode.size()))) return *key;
  } else if (line.starts_with(kContent)) {
    if (const auto id = ContentId::from_hex(line.substr(kContent.size()))) return *id;
  }
  return std::nullopt;
}

std::string line_of(const Blockable& what) {
  if (const auto* node = std::get_if<NodeKey>(&what))
    return std::string(kNode) + node->hex() + '\n';
  return std::string(kContent) + std::get<ContentId>(what).hex() + '\n';
}

// The small file's text; empty where there is none, or it is not to be had.
std::string text_in(const std::string& file, std::size_t limit) {
  const auto bytes = store::read_small_file(file, limit);
  if (!bytes) spdlog::warn("{}", bytes.error().message);
  if (!bytes || !*bytes) return {};
  return std::string(text_of(**bytes));
}

}  // namespace

Blocks::Blocks(std::string dir, Deliver deliver, Blocked blocked)
    : dir_(std::move(dir)),
      deliver_(std::move(deliver)),
      blocked_(std::move(blocked)) {}

void Blocks::recall() {
  recall_own();
  const std::string key = text_in(dir_ + "/moderator", kMaxLine);
  moderator_ = NodeKey::from_hex(std::string_view(key).substr(0, 2 * NodeKey::kSize));
  if (!moderator_) return;
  deliver_(co::ObeyModerator{.moderator = moderator_});
  recall_list();
}

void Blocks::recall_own() {
  const std::string text = text_in(dir_ + "/blocks", 2 * kMaxOwn * kMaxLine);
  std::string_view rest = text;
  while (!rest.empty() && own_.size() < kMaxOwn) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (const auto what = parse_line(rest.substr(0, end))) {
      own_.insert(*what);
      apply(*what, true);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void Blocks::recall_list() {
  const auto bytes = store::read_small_file(dir_ + "/block-list", wire::kMaxBodyBytes);
  if (!bytes || !*bytes) return;
  const auto list = wire::decode_signed_list(**bytes);
  if (!list || !accept(*list)) {
    spdlog::warn("{}/block-list is damaged and was left alone", dir_);
    return;
  }
  adopt(list->list);
  deliver_(co::SetBlockList{.version = version_, .body = **bytes, .from = std::nullopt});
}

Status Blocks::save_own() const {
  std::string text;
  for (const Blockable& what : own_) text += line_of(what);
  return store::replace_file(dir_ + "/blocks", bytes_of(text), kOwnerOnly);
}

bool Blocks::is_blocked(const Blockable& what) const {
  return own_.contains(what) || listed_.contains(what);
}

bool Blocks::has(const NodeKey& node) const {
  return is_blocked(Blockable(node));
}

bool Blocks::has(const ContentId& content) const {
  return is_blocked(Blockable(content));
}

bool Blocks::has(const InfoHash& info_hash) const {
  const auto begins_so = [&](const Blockable& what) {
    const auto* content = std::get_if<ContentId>(&what);
    return content != nullptr && store::info_hash_of(*content) == info_hash;
  };
  return std::any_of(own_.begin(), own_.end(), begins_so)
         || std::any_of(listed_.begin(), listed_.end(), begins_so);
}

std::vector<BlockEntry> Blocks::all() const {
  Set both = own_;
  both.insert(listed_.begin(), listed_.end());
  std::vector<BlockEntry> entries;
  for (const Blockable& what : both) {
    entries.push_back(
        {.what = what, .by_user = own_.contains(what), .by_moderator = listed_.contains(what)});
  }
  return entries;
}

Status Blocks::block(const Blockable& what) {
  if (own_.contains(what)) return kOk;
  if (own_.size() >= kMaxOwn) {
    return Error{.code = ErrorCode::invalid,
                 .message = "1,000 are blocked, and no more can be: unblock some first"};
  }
  own_.insert(what);
  apply(what, true);
  return save_own();
}

Status Blocks::unblock(const Blockable& what) {
  if (own_.erase(what) == 0) {
    return Error{.code = ErrorCode::invalid,
                 .message = listed_.contains(what)
                                ? "that is on the moderator's list, which is not yours to change"
                                : "that is not blocked"};
  }
  if (!listed_.contains(what)) apply(what, false);
  return save_own();
}

void Blocks::apply(const Blockable& what, bool blocked) {
  if (const auto* node = std::get_if<NodeKey>(&what)) {
    if (blocked) {
      deliver_(co::Block{.key = *node, .length = std::nullopt});
    } else {
      deliver_(co::Unblock{.key = *node});
    }
  }
  if (blocked) blocked_(what);
}

// ---- the moderator's list

bool Blocks::accept(const wire::SignedBlockList& list) const {
  return moderator_ && list.list.moderator == *moderator_
         && store::is_signed_by(*moderator_, kLabel, list.list_bytes, list.signature);
}

void Blocks::adopt(const wire::BlockList& list) {
  Set listed(list.nodes.begin(), list.nodes.end());
  listed.insert(list.contents.begin(), list.contents.end());
  version_ = list.version;
  replace_list(std::move(listed));
}

void Blocks::replace_list(Set listed) {
  const Set before = std::exchange(listed_, std::move(listed));
  for (const Blockable& what : before) {
    if (!is_blocked(what)) apply(what, false);
  }
  for (const Blockable& what : listed_) {
    if (!before.contains(what) && !own_.contains(what)) apply(what, true);
  }
}

Status Blocks::obey(const std::optional<NodeKey>& moderator) {
  if (moderator == moderator_) return kOk;
  const std::string text = moderator ? moderator->hex() + '\n' : std::string();
  const Status saved = store::replace_file(dir_ + "/moderator", bytes_of(text), kOwnerOnly);
  if (!saved) return saved;
  moderator_ = moderator;
  version_ = 0;
  replace_list({});
  deliver_(co::ObeyModerator{.moderator = moderator});
  if (moderator) recall_list();
  return kOk;
}

Result<NodeKey> Blocks::become_moderator() {
  const auto identity = store::load_or_create_key(store::moderator_key_path(dir_));
  if (!identity) return identity.error();
  const Status obeyed = obey(identity->key);
  if (!obeyed) return obeyed.error();
  return identity->key;
}

wire::BlockList Blocks::list_of(const Set& listed) const {
  wire::BlockList list{
      .moderator = *moderator_, .version = version_ + 1, .nodes = {}, .contents = {}};
  for (const Blockable& what : listed) {
    if (const auto* node = std::get_if<NodeKey>(&what)) {
      list.nodes.push_back(*node);
    } else {
      list.contents.push_back(std::get<ContentId>(what));
    }
  }
  return list;
}

Status Blocks::sign(const Blockable& what, bool blocked) {
  struct stat info {};
  if (stat(store::moderator_key_path(dir_).c_str(), &info) != 0) {
    return Error{.code = ErrorCode::invalid,
                 .message =
                     "this node has no moderator's key; make one with: freshet block "
                     "--become-moderator"};
  }
  const auto identity = store::load_or_create_key(store::moderator_key_path(dir_));
  if (!identity) return identity.error();
  if (const Status obeyed = obey(identity->key); !obeyed) return obeyed;
  Set listed = listed_;
  if (blocked ? !listed.insert(what).second : listed.erase(what) == 0) {
    return Error{.code = ErrorCode::invalid,
                 .message = blocked ? "that is on the list already" : "that is not on the list"};
  }
  if (listed.size() > wire::kMaxBlockListEntries) {
    return Error{.code = ErrorCode::invalid,
                 .message = "the list holds 1,000 and no more: take some off first"};
  }
  const auto signer = store::Signer::make(identity->secret.view());
  if (!signer) return signer.error();
  const wire::BlockList list = list_of(listed);
  const Bytes bytes = wire::encode_list(list);
  Bytes body = wire::encode_signed_list(bytes, signer->sign(kLabel, bytes));
  if (const Status saved = store::replace_file(dir_ + "/block-list", body, kOwnerOnly); !saved)
    return saved;
  adopt(list);
  deliver_(co::SetBlockList{.version = version_, .body = std::move(body), .from = std::nullopt});
  return kOk;
}

void Blocks::on_heard(const co::BlockListHeard& heard) {
  const auto list = wire::decode_signed_list(heard.body);
  if (!list || !accept(*list)) {
    deliver_(co::BlockListForged{.link = heard.link});
    return;
  }
  if (list->list.version <= version_) return;
  adopt(list->list);
  const Status saved = store::replace_file(dir_ + "/block-list", heard.body, kOwnerOnly);
  if (!saved) spdlog::warn("{}", saved.error().message);
  deliver_(co::SetBlockList{.version = version_, .body = heard.body, .from = heard.link});
}

}  // namespace freshet::io
