#include "data/npy_dictionary.hpp"

#include <cctype>
#include <limits>

#include "data/npy_header.hpp"

namespace scorefield::data {
namespace {

class DictionaryParser {
  public:
    DictionaryParser(const std::filesystem::path& path, std::string_view text) : path_(path), rest_(text) {}

    NpyDictionary parse() {
        bool descr = false;
        bool order = false;
        bool shape = false;
        expect("{");
        items("}", [&] {
            const std::string key = quoted();
            expect(":");
            if (key == "descr" && !descr) {
                descr = true;
                read_type();
            } else if (key == "fortran_order" && !order) {
                order = true;
                dictionary_.fortran_order = truth();
            } else if (key == "shape" && !shape) {
                shape = true;
                dictionary_.shape = tuple();
            } else {
                fail("unexpected key '" + key + "'");
            }
        });
        skip_space();
        if (!rest_.empty()) fail("there is text after the dictionary");
        if (!descr || !order || !shape) fail("descr, fortran_order or shape is missing");
        return std::move(dictionary_);
    }

  private:
    [[noreturn]] void fail(const std::string& why) const {
        refuse_npy(path_, "header", why, "the file is damaged: save the array again");
    }
    void skip_space() {
        while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front())) != 0) rest_.remove_prefix(1);
    }
    bool take(std::string_view token) {
        skip_space();
        if (!rest_.starts_with(token)) return false;
        rest_.remove_prefix(token.size());
        return true;
    }
    void expect(std::string_view token) {
        if (!take(token)) fail("expected '" + std::string(token) + "'");
    }
    /// A backslash stands before a character that counts as it is.
    std::string quoted() {
        const char mark = take("'") ? '\'' : '"';
        if (mark == '"') expect("\"");
        std::string text;
        while (!rest_.empty() && rest_.front() != mark) {
            if (rest_.front() == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
            text += rest_.front();
            rest_.remove_prefix(1);
        }
        if (rest_.empty()) fail("unterminated string");
        rest_.remove_prefix(1);
        return text;
    }
    bool truth() {
        if (take("True")) return true;
        expect("False");
        return false;
    }
    bool is_at_digit() {
        skip_space();
        return !rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_.front())) != 0;
    }
    std::size_t number() {
        std::size_t value = 0;
        if (!is_at_digit()) fail("expected a length");
        while (!rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_.front())) != 0) {
            const auto digit = static_cast<std::size_t>(rest_.front() - '0');
            if (value > (std::numeric_limits<std::size_t>::max() - digit) / 10) fail("a length is too large");
            value = 10 * value + digit;
            rest_.remove_prefix(1);
        }
        take("L");  // Python 2 wrote its long numbers so
        return value;
    }
    /// Items with commas between them, or after each, up to the closing bracket.
    template <class Item>
    void items(std::string_view close, const Item& item) {
        while (!take(close)) {
            item();
            if (!take(",")) {
                expect(close);
                break;
            }
        }
    }
    std::vector<std::size_t> tuple() {
        std::vector<std::size_t> shape;
        expect("(");
        items(")", [&] { shape.push_back(number()); });
        return shape;
    }
    bool is_at(char letter) {
        skip_space();
        return rest_.starts_with(letter);
    }
    void read_type() {
        if (!take("[")) {
            dictionary_.type = quoted();
            return;
        }
        items("]", [&] { dictionary_.fields.push_back(field()); });
        if (dictionary_.fields.empty()) fail("its items have no fields");
    }
    /// The types of a field's own fields, which are all that is left.
    std::vector<std::string> inner_types() {
        std::vector<std::string> types;
        expect("[");
        items("]", [&] { types.push_back(field(true).type); });
        return types;
    }
    /// A field, with the types of its own fields; what these hold in turn is passed over.
    NpyFieldText field(bool is_inner = false) {
        NpyFieldText field;
        expect("(");
        field.name = field_name();
        expect(",");
        if (is_at('[')) {
            const std::string_view start = rest_;
            skip_brackets();
            const std::string_view inner = start.substr(0, start.size() - rest_.size());
            if (!is_inner) field.types = DictionaryParser(path_, inner).inner_types();
        } else {
            field.type = quoted();
        }
        if (take(",") && !is_at(')')) {
            if (is_at('(')) {
                field.shape = tuple();
            } else {
                field.shape = {number()};
            }
            take(",");
        }
        expect(")");
        return field;
    }
    std::string field_name() {
        if (!take("(")) return quoted();
        quoted();
        expect(",");
        std::string name = quoted();
        expect(")");
        return name;
    }
    /// Passes over a field's own fields.
    void skip_brackets() {
        std::size_t depth = 0;
        do {
            if (take("[")) {
                ++depth;
            } else if (take("]")) {
                --depth;
            } else if (is_at('\'') || is_at('"')) {
                quoted();
            } else if (rest_.empty()) {
                fail("unterminated list");
            } else {
                rest_.remove_prefix(1);
            }
        } while (depth > 0);
    }

    const std::filesystem::path& path_;
    std::string_view rest_;
    NpyDictionary dictionary_;
};

}  // namespace

NpyDictionary parse_npy_dictionary(const std::filesystem::path& path, std::string_view text) {
    return DictionaryParser(path, text).parse();
}

}  // namespace scorefield::data
