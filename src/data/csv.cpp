#include "data/csv.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/names.hpp"
#include "data/csv_lines.hpp"
#include "data/files.hpp"
#include "data/number_text.hpp"

namespace scorefield::data {
namespace {

constexpr const char* kWhat = "cannot read CSV";
constexpr std::uint64_t kMaxCsvBytes = std::uint64_t{1} << 32U;
constexpr std::size_t kMaxColumns = 65'536;
constexpr const char* kFormHint = "give a line of numbers for each point, with commas between them";
constexpr const char* kHeaderHint = "name each column once in the header, or remove the header";
constexpr const char* kSeparatorHint =
    "write numbers with a decimal point, not a comma, and separate all columns in the same way";

/// What R, pandas, SQL and spreadsheets write where there is no value.
bool is_missing(std::string_view field) {
    constexpr std::array<std::string_view, 11> kMissing = {"",     "na",  "n/a",     "<na>",  "null",   "none",
                                                           "#n/a", "#na", "#div/0!", "#num!", "#value!"};
    constexpr std::size_t kLongest = 7;
    return field.size() <= kLongest && std::ranges::find(kMissing, base::lower_case(field)) != kMissing.end();
}

/// NaN where it is missing.
std::optional<double> number_of(std::string_view field) {
    return is_missing(field) ? std::numeric_limits<double>::quiet_NaN() : parse_number(field);
}

/// Whether the field is a finite number with a decimal point or an exponent. Programs that write real numbers write 1
/// as 1.0 or 1e0.
bool is_written_as_real(std::string_view field) {
    return field.find_first_of(".eE") != std::string_view::npos &&
           std::isfinite(parse_number(field).value_or(HUGE_VAL));
}

/// Whether the field holds two or more numbers, separated by any of `separators`.
bool is_several_numbers(std::string_view field, std::string_view separators) {
    std::size_t count = 0;
    for (std::size_t begin = field.find_first_not_of(separators); begin < field.size(); ++count) {
        const std::size_t end = std::min(field.find_first_of(separators, begin), field.size());
        const std::string_view part = field.substr(begin, end - begin);
        if (!parse_number(part) && !has_decimal_comma(part)) return false;
        begin = field.find_first_not_of(separators, end);
    }
    return count > 1;
}

/// What the line with the names of the columns tells.
struct CsvHeader {
    std::size_t fields = 0;   ///< 0: there is no such line
    bool is_spaced = false;   ///< spaces separate them
    bool is_single = false;   ///< it is one name, which may be a title
    bool ends_empty = false;  ///< it ends with a separator
    bool all_quoted = true;

    std::size_t columns() const { return fields - (ends_empty ? 1 : 0); }
};

class CsvReader {
  public:
    CsvReader(const std::filesystem::path& path, std::string_view text) : path_(path), lines_(text) {}

    PointFile read() {
        next_or_fail();
        const bool is_separator_given = read_separator();
        if (is_separator_given) next_or_fail();
        skip_rows_of_empty_cells(is_separator_given);
        bool has_line = true;
        if (is_header() || is_numbered_header()) {
            const bool is_spaced = separator_ == kAnySpace;
            const bool is_single = read_header();
            has_line = lines_.next();
            // A title does not tell the separators below it.
            if (has_line && is_spaced) separator_ = separator_below_title(is_single);
            const bool may_be_title = is_spaced || is_single;
            if (has_line && may_be_title && separator_ != kAnySpace && is_header()) {
                read_header();
                has_line = lines_.next();
            }
        }
        if (has_line) find_row_names();
        for (; has_line; has_line = lines_.next()) read_row();
        if (values_.empty()) fail_file("it holds no points");
        PointFile file = points_from_rows(path_, kWhat, std::move(values_), *width_);
        if (first_column_ > 0) {
            remarks_.emplace_back(has_row_names_ ? "skipped the first column (row names): the header has no name for it"
                                                 : "skipped the unnamed first column (row index)");
        }
        file.remarks = std::move(remarks_);
        file.line_left_out = first_hole_;
        return file;
    }

  private:
    [[noreturn]] void fail_file(const std::string& why) const {
        throw base::request_error(kWhat, path_.string(), why, kFormHint);
    }
    [[noreturn]] void fail(const std::string& place, const std::string& why, const std::string& hint) const {
        throw base::request_error(kWhat, fmt::format("{}, line {}{}", path_.string(), lines_.number(), place), why,
                                  hint);
    }

    void next_or_fail() {
        if (!lines_.next()) fail_file("it holds no points");
    }

    /// Skips lines above the table in which all cells are empty, as spreadsheets write empty rows.
    void skip_rows_of_empty_cells(bool is_separator_given) {
        std::size_t skipped = 0;
        for (; has_only_empty_cells(); ++skipped) {
            next_or_fail();
            if (!is_separator_given) separator_ = separator_of(lines_.line());
        }
        if (skipped == 1) remarks_.emplace_back("skipped a line of empty cells above the table");
        if (skipped > 1) remarks_.push_back(fmt::format("skipped {} lines of empty cells above the table", skipped));
    }
    bool has_only_empty_cells() const {
        CsvFields fields(lines_.line(), separator_);
        for (auto field = fields.next(); field; field = fields.next()) {
            if (!field->empty()) return false;
        }
        return true;
    }

    /// `sep=;`, which spreadsheets write and read, and the separator of the first line where it is not that.
    bool read_separator() {
        constexpr std::string_view kDirective = "sep=";
        const std::string_view line = trimmed(lines_.line());
        separator_ = separator_of(line);
        if (line.size() > kDirective.size() + 1 ||
            !base::lower_case(line.substr(0, kDirective.size())).starts_with(kDirective)) {
            return false;
        }
        separator_ = line.size() == kDirective.size() ? '\t' : line.back();
        return true;
    }

    /// Whether the line names the columns: no field of it is a number, or the first is empty and the others count on
    /// from 0, as pandas numbers columns without names.
    bool is_header() const {
        CsvFields fields(lines_.line(), separator_);
        bool no_number = true;
        bool has_name = false;
        bool counts = true;
        std::size_t column = 0;
        for (auto field = fields.next(); field; field = fields.next(), ++column) {
            no_number = no_number && !parse_number(*field) && !has_decimal_comma(*field);
            has_name = has_name || !number_of(*field);
            counts = counts && *field == (column == 0 ? "" : std::to_string(column - 1));
        }
        return (no_number && has_name) || (counts && column > 1);
    }

    /// Whether the line is 0, 1, 2, … as pandas numbers columns without names, above values that are written as real
    /// numbers. If all values below are whole numbers, the line is read as a point. In a single column 0 is a common
    /// first value, so there every value below must be written as a real number or be missing.
    bool is_numbered_header() {
        CsvFields fields(lines_.line(), separator_);
        std::size_t columns = 0;
        bool is_at_end = false;
        for (auto field = fields.next(); field; field = fields.next()) {
            if (is_at_end) return false;
            is_at_end = field->empty() && columns > 0;  // a separator after the last name
            if (!is_at_end && *field != std::to_string(columns++)) return false;
        }
        bool any = false;
        bool all = true;
        for (CsvLines below = lines_; (columns > 1 ? !any : all) && below.next();) {
            CsvFields values(below.line(), separator_);
            for (auto field = values.next(); field; field = values.next()) {
                any = any || is_written_as_real(*field);
                all = all && (is_written_as_real(*field) || is_missing(*field));
            }
        }
        if (!any || (columns == 1 && !all)) return false;
        remarks_.push_back(fmt::format("its first line ({}) is read as column numbers, not as a point",
                                       columns == 1   ? "0"
                                       : columns == 2 ? "0, 1"
                                                      : fmt::format("0 … {}", columns - 1)));
        return true;
    }

    /// The separator of the values below a title. A single word may also name a single column; then `1,5` may be two
    /// numbers or one with a decimal comma. If all lines below are of that kind, the table is refused.
    char separator_below_title(bool is_single_word) {
        const char separator = separator_of(lines_.line());
        if (!is_single_word || separator != ',') return separator;
        CsvLines below = lines_;
        do {
            const std::string_view line = trimmed(below.line());
            if (!has_decimal_comma(line) && !number_of(line)) return separator;
        } while (below.next());
        is_title_ambiguous_ = true;
        return kAnySpace;
    }

    /// Returns whether the line has a single name, in its first column: it may be a title above more columns.
    bool read_header() {
        CsvFields fields(lines_.line(), separator_);
        header_ = {.is_spaced = separator_ == kAnySpace};
        std::size_t names = 0;
        for (auto field = fields.next(); field; field = fields.next()) {
            const bool is_unnamed = field->empty() || base::lower_case(*field).starts_with("unnamed: 0");
            if (header_.fields++ == 0) first_column_ = is_unnamed ? 1U : 0U;
            header_.ends_empty = field->empty();
            header_.all_quoted = header_.all_quoted && fields.was_quoted();
            names += field->empty() ? 0U : 1U;
        }
        // Names with spaces in them do not tell how many columns there are, unless all are in quotes.
        if (header_.is_spaced && !header_.all_quoted) first_column_ = 0;
        header_.is_single = names == 1 && first_column_ == 0;
        if (!header_.is_spaced && !header_.is_single) set_width(header_.columns());
        return header_.is_single;
    }

    /// The number of fields of the first row that does not end with an empty one, which may be a separator after the
    /// last value; nothing where all do. Of a row that is as R writes it, only the first field is in quotes.
    std::optional<std::size_t> fields_of_rows(bool& is_quoted_as_names) const {
        CsvLines below = lines_;
        do {
            CsvFields fields(below.line(), separator_);
            std::size_t count = 0;
            bool ends_empty = false;
            bool as_names = true;
            for (auto field = fields.next(); field; field = fields.next(), ++count) {
                ends_empty = field->empty();
                as_names = as_names && fields.was_quoted() == (count == 0);
            }
            is_quoted_as_names = as_names;
            if (!ends_empty) return count;
        } while (below.next());
        return std::nullopt;
    }

    /// Skips the first column where the header names all columns but that one, as R's write.table does where the rows
    /// have names. A single name counts only where R's quotes tell it from a title.
    void find_row_names() {
        if (header_.fields == 0 || header_.ends_empty) return;
        const bool is_countable = header_.all_quoted || !header_.is_spaced;
        if (!is_countable || (header_.is_spaced && separator_ != kAnySpace && !header_.is_single)) return;
        bool is_quoted_as_names = false;
        const std::optional<std::size_t> found = fields_of_rows(is_quoted_as_names);
        if (!found) return;
        const bool has_more = *found == header_.fields + 1 && first_column_ == 0;
        if (header_.is_single && !(has_more && header_.all_quoted && is_quoted_as_names)) return;
        if (has_more) {
            has_row_names_ = true;
            first_column_ = 1;
        }
        set_width(header_.fields + (has_more ? 1 : 0));
    }

    /// `columns` of the first line, with one that is left out.
    void set_width(std::size_t columns) {
        if (columns <= first_column_) fail("", "it has no column of numbers", kFormHint);
        if (columns > kMaxColumns) {
            fail("", fmt::format("{} columns are more than the {} that are read", columns, kMaxColumns), kFormHint);
        }
        width_ = columns - first_column_;
    }

    void read_row() {
        require_separator();
        CsvFields fields(lines_.line(), separator_);
        const std::size_t begin = values_.size();
        std::size_t column = 0;
        bool last_is_empty = false;
        for (auto field = fields.next(); field; field = fields.next(), ++column) {
            last_is_empty = field->empty();
            if (column >= first_column_) values_.push_back(value(*field, column));
        }
        if (!width_) set_width(column - (last_is_empty && column > 1 ? 1 : 0));
        std::size_t found = values_.size() - begin;
        // A separator after the last value.
        if (last_is_empty && found == *width_ + 1) {
            values_.pop_back();
            --found;
        }
        if (found != *width_) fail_width(found);
        const std::span<const double> row(values_.data() + begin, found);
        if (first_hole_ == 0 && !std::ranges::all_of(row, [](double number) { return std::isfinite(number); })) {
            first_hole_ = lines_.number();
        }
    }

    [[noreturn]] void fail_width(std::size_t found) const {
        const bool decimal_commas = separator_ == ',' && found == 2 * *width_;
        const bool is_named = header_.fields > 0 && (!header_.is_single || has_row_names_);
        const bool is_counted = is_named && (!header_.is_spaced || header_.all_quoted);
        const std::size_t index = has_row_names_ ? 0 : first_column_;
        const std::string why = is_counted
                                    ? fmt::format("the header names {} columns, this row has {}{}", *width_ + index,
                                                  found + index, has_row_names_ ? " after its name" : "")
                                    : fmt::format("it has {} values, the first line has {}", found, *width_);
        fail("", why, decimal_commas ? kSeparatorHint : is_counted ? kHeaderHint : kFormHint);
    }

    /// Refuses a line of several numbers without the separator of the first line: `1,2` where that has `;`.
    void require_separator() const {
        if (!width_ || *width_ + first_column_ < 2 || separator_ == kAnySpace) return;
        CsvFields fields(lines_.line(), separator_);
        const std::optional<std::string_view> first = fields.next();
        if (fields.next() || !is_several_numbers(*first, " \t;,")) return;
        fail("",
             fmt::format("its values are not separated by {} like those above",
                         separator_ == '\t' ? "a tab" : fmt::format("'{}'", separator_)),
             kSeparatorHint);
    }

    std::string hint_for(const NotANumber& wrong, bool is_several) const {
        if (is_several) return kSeparatorHint;
        if (wrong.hint.empty()) return kFormHint;
        return is_title_ambiguous_
                   ? wrong.hint +
                         " if this is one number; if these are two columns, remove the one-word line above them"
                   : wrong.hint;
    }

    double value(std::string_view field, std::size_t column) const {
        const std::optional<double> number = number_of(field);
        const std::string place = fmt::format(", column {}", column + 1);
        if (!number) {
            const NotANumber wrong = explain_not_a_number(field);
            const bool is_several = is_several_numbers(field, " \t;");
            fail(place, is_several ? wrong.why + " but several" : wrong.why, hint_for(wrong, is_several));
        }
        if (std::isfinite(*number) && !std::isfinite(static_cast<float>(*number))) {
            fail(place, "it overflows float32", "use a larger unit");
        }
        return *number;
    }

    const std::filesystem::path& path_;
    CsvLines lines_;
    char separator_ = kAnySpace;
    std::size_t first_column_ = 0;  ///< 1 where a column of row numbers or names is left out
    bool has_row_names_ = false;
    CsvHeader header_;
    std::optional<std::size_t> width_;
    bool is_title_ambiguous_ = false;
    std::size_t first_hole_ = 0;  ///< the line of the first row without all its numbers, 0: none
    std::vector<std::string> remarks_;
    std::vector<double> values_;
};

}  // namespace

PointFile read_csv(const std::filesystem::path& path) {
    InputFile file(path, "CSV");
    if (file.size() > kMaxCsvBytes) {
        throw base::request_error(kWhat, path.string(),
                                  fmt::format("{} bytes are more than the {} that are read", file.size(), kMaxCsvBytes),
                                  "write the points as .npy");
    }
    const std::string text = file.read(file.size());
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") || text.find('\0') != std::string::npos) {
        throw base::request_error(kWhat, path.string(), "it is not plain text but UTF-16 or binary",
                                  "save it as UTF-8 text");
    }
    return CsvReader(path, text).read();
}

}  // namespace scorefield::data
