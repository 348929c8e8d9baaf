#include "study/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace scorefield::study {
namespace {

struct CellText {
    std::string operator()(const std::string& word) const { return word; }
    std::string operator()(double figure) const { return fmt::format("{:.4g}", figure); }
    std::string operator()(std::int64_t count) const { return fmt::format("{}", count); }
    std::string operator()(bool met) const { return met ? "yes" : "no"; }
};

bool is_figure(const Cell& cell) {
    return std::holds_alternative<double>(cell) || std::holds_alternative<std::int64_t>(cell);
}

std::string padded(const std::string& text, std::size_t width, bool right) {
    const std::string space(width - std::min(width, base::characters(text)), ' ');
    return right ? space + text : text + space;
}

std::string without_trailing_space(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

}  // namespace

std::string to_text(const Table& table) {
    const std::size_t columns = table.columns.size();
    std::vector<std::size_t> widths;
    std::vector<bool> right(columns, false);
    for (const std::string& column : table.columns) widths.push_back(base::characters(column));
    for (const std::vector<Cell>& row : table.rows) {
        for (std::size_t c = 0; c < columns; ++c) {
            widths[c] = std::max(widths[c], base::characters(std::visit(CellText{}, row[c])));
            if (is_figure(row[c])) right[c] = true;
        }
    }
    std::string header;
    for (std::size_t c = 0; c < columns; ++c) header += padded(table.columns[c], widths[c], right[c]) + "  ";
    std::string text = table.title + "\n\n" + without_trailing_space(header) + "\n";
    for (const std::vector<Cell>& row : table.rows) {
        std::string line;
        for (std::size_t c = 0; c < columns; ++c) {
            line += padded(std::visit(CellText{}, row[c]), widths[c], right[c]) + "  ";
        }
        text += without_trailing_space(line) + "\n";
    }
    if (!table.notes.empty()) text += "\n";
    for (const std::string& note : table.notes) text += note + "\n";
    return text;
}

nlohmann::ordered_json to_json(const Table& table) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const std::vector<Cell>& row : table.rows) {
        nlohmann::ordered_json cells = nlohmann::ordered_json::array();
        for (const Cell& cell : row) std::visit([&](const auto& value) { cells.push_back(value); }, cell);
        rows.push_back(std::move(cells));
    }
    return {{"title", table.title}, {"columns", table.columns}, {"rows", std::move(rows)}, {"notes", table.notes}};
}

}  // namespace scorefield::study
