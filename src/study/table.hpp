#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

namespace scorefield::study {

/// A word, a figure, a count, or a verdict: whether the row passes.
using Cell = std::variant<std::string, double, std::int64_t, bool>;

/// Figures side by side, with what they should be.
struct Table {
    std::string title;
    std::vector<std::string> columns;
    std::vector<std::vector<Cell>> rows;  ///< each as long as `columns`
    std::vector<std::string> notes;       ///< which agreement is expected, and why; a paragraph each
};

/// Aligned columns for readers: figures with four significant digits, `yes` and `no`.
std::string to_text(const Table& table);

/// An object of title, columns, rows and notes; figures that are not finite become null.
nlohmann::ordered_json to_json(const Table& table);

}  // namespace scorefield::study
