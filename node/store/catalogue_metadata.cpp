// The catalogue's table of what contents say of themselves.
#include "node/store/catalogue.h"
#include "node/store/catalogue_state.h"

namespace freshet::store {

Status Catalogue::for_each_metadata(const std::function<Status(const KnownMetadata&)>& visit) {
  auto statement = state_->use(kAllMetadata);
  if (!statement) return statement.error();
  return for_each_row(**statement, [&](const Statement& row) -> Status {
    const auto content = content_id_in(row, 0);
    auto metadata = wire::decode_file_metadata(row.blob(1));
    if (!content || !metadata) return kOk;
    return visit({*content, std::move(*metadata)});
  });
}

Result<bool> Catalogue::was_looked_into(const ContentId& content) {
  auto statement = state_->use(kHasMetadata);
  if (!statement) return statement.error();
  (*statement)->bind(1, content.view());
  const ResetAtEnd guard(**statement);
  return (*statement)->step();
}

Status Catalogue::for_each_unread(const std::function<bool(std::string_view name)>& wanted,
                                  const std::function<Status(FileId)>& visit) {
  auto statement = state_->use(kNamesOfHashed);
  if (!statement) return statement.error();
  return for_each_row(**statement, [&](const Statement& row) -> Status {
    const auto content = content_id_in(row, 2);
    if (!content || !wanted(text_of(row.blob(1)))) return kOk;
    const auto looked_into = was_looked_into(*content);
    if (!looked_into) return looked_into.error();
    return *looked_into ? kOk : visit(FileId{row.integer(0)});
  });
}

Status Catalogue::record_metadata(std::span<const KnownMetadata> known) {
  auto transaction = state_->begin();
  if (!transaction) return transaction.error();
  for (const KnownMetadata& one : known) {
    auto statement = state_->use(kKeepMetadata);
    if (!statement) return statement.error();
    const Bytes body = wire::encode(one.metadata);
    (*statement)->bind(1, one.content.view()).bind(2, body);
    if (auto done = (*statement)->run(); !done) return done;
  }
  return transaction->commit();
}

Status Catalogue::forget_unused_metadata() {
  return state_->run(kDropUnusedMetadata);
}

}  // namespace freshet::store
