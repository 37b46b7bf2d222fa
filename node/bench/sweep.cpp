#include "node/bench/sweep.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "node/bench/section.h"

namespace freshet::bench {
namespace {

/// A key that varies.
struct Axis {
  std::string section;
  std::string key;
  std::size_t line = 0;
  std::vector<TomlValue> values;
};

TomlEntry& entry_of(TomlTable& table, const std::string& key, std::size_t line) {
  const auto found = std::find_if(
      table.begin(), table.end(), [&](const TomlEntry& entry) { return entry.key == key; });
  if (found != table.end()) return *found;
  return table.emplace_back(
      TomlEntry{.key = key, .line = line, .value = {.line = line, .data = {}}});
}

void set(TomlTable& root, const Axis& axis, const TomlValue& value) {
  TomlEntry& section = entry_of(root, axis.section, axis.line);
  if (!std::holds_alternative<TomlTable>(section.value.data)) section.value.data = TomlTable{};
  TomlEntry& entry = entry_of(std::get<TomlTable>(section.value.data), axis.key, axis.line);
  entry.value = value;
}

std::string text_of(const TomlValue& value) {
  const auto* text = std::get_if<std::string>(&value.data);
  return text != nullptr ? *text : shown(value);
}

Result<Axis> axis_of(const std::string& section, const TomlEntry& entry, const std::string& file) {
  const std::string title = "[sweep] " + section + "." + entry.key;
  if (section == "workload" && entry.key == "strategy")
    return error_at(file, entry.line, title + ": give [workload] strategy a list instead");
  if (section == "topology" && entry.key == "file")
    return error_at(file, entry.line, title + ": a file cannot vary; run a scenario for each");
  const auto* list = std::get_if<TomlArray>(&entry.value.data);
  if (list == nullptr || list->empty())
    return error_at(file, entry.line, title + ": it is a list of the values that it takes");
  return Axis{.section = section, .key = entry.key, .line = entry.line, .values = *list};
}

Result<std::vector<Axis>> axes_of(const TomlTable& sweep, const std::string& file) {
  std::vector<Axis> axes;
  for (const TomlEntry& section : sweep) {
    const auto* keys = std::get_if<TomlTable>(&section.value.data);
    if (keys == nullptr) {
      return error_at(
          file,
          section.line,
          "[sweep] " + section.key
              + ": a key is written with its section, such as topology.nodes = [64, 256]");
    }
    for (const TomlEntry& entry : *keys) {
      auto axis = axis_of(section.key, entry, file);
      if (!axis) return axis.error();
      axes.push_back(std::move(*axis));
    }
  }
  return axes;
}

}  // namespace

Result<SplitSweep> split_sweep(const TomlTable& root, const std::string& file) {
  SplitSweep split{.base = root, .points = {}};
  const auto found = std::find_if(split.base.begin(), split.base.end(), [](const TomlEntry& entry) {
    return entry.key == "sweep";
  });
  if (found == split.base.end()) return split;
  const TomlEntry sweep = std::move(*found);
  split.base.erase(found);
  const auto* table = std::get_if<TomlTable>(&sweep.value.data);
  if (table == nullptr) return error_at(file, sweep.line, "sweep: it is a section: [sweep]");
  const auto axes = axes_of(*table, file);
  if (!axes) return axes.error();
  split.points.push_back({.name = "", .table = split.base});
  for (const Axis& axis : *axes) {
    if (split.points.size() * axis.values.size() > kMaxSweepPoints) {
      return error_at(file,
                      axis.line,
                      "[sweep] has more than " + std::to_string(kMaxSweepPoints) + " combinations");
    }
    std::vector<SweptTable> wider;
    for (const SweptTable& point : split.points) {
      for (const TomlValue& value : axis.values) {
        SweptTable& next = wider.emplace_back(point);
        next.name += (next.name.empty() ? "" : ", ") + axis.key + " " + text_of(value);
        set(next.table, axis, value);
      }
    }
    split.points = std::move(wider);
  }
  return split;
}

}  // namespace freshet::bench
