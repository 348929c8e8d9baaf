#include "data/csv.hpp"

#include <fmt/core.h>

#include <locale>
#include <random>

#include "data/datasets.hpp"
#include "files_for_tests.hpp"

namespace scorefield::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Numbers that float32 holds.
const Points kPoints = {3, 2, {1, 2.5F, -3, 4, 500, 0.0625F}};

class Csv : public FileTest {
  protected:
    auto reading() const {
        return [this] { read_csv(path); };
    }
    PointFile read(const std::string& text) const {
        replace(text);
        try {
            return read_csv(path);
        } catch (const base::Error& error) {
            ADD_FAILURE() << text << ": " << error.what();
            return {};
        }
    }
    void expect_points(const std::string& text, const Points& points = kPoints) const {
        const PointFile file = read(text);
        EXPECT_EQ(file.points, points) << text;
        EXPECT_THAT(file.notes(path), IsEmpty()) << text;
    }
    void expect(const std::string& text, const std::string& because) const {
        replace(text);
        expect_refused(reading(), text, because);
    }
};

TEST_F(Csv, IsSeparatedByCommasSemicolonsTabsOrSpaces) {
    expect_points("1,2.5\n-3,4\n5e2,0.0625\n");
    expect_points("1, 2.5\n-3 ,4\n +5e2 , .0625");
    expect_points("1;2.5\n-3;4\n500;0.0625\n");
    expect_points("1\t2.5\n-3\t4\n500\t0.0625\n");
    expect_points("1 2.5\n  -3    4\n500 \t 0.0625 \n");
    expect_points("1.000000000000000000e+00 2.500000000000000000e+00\n-3 4\n500 6.25e-2\n");
    expect_points("7\n8\n", {2, 1, {7, 8}});
    expect_points("1,2,3,4\n5,6,7,8\n", {2, 4, {1, 2, 3, 4, 5, 6, 7, 8}});
}

TEST_F(Csv, MayHaveNamesOnItsFirstLine) {
    expect_points("x,y\n1,2.5\n-3,4\n500,0.0625\n");
    expect_points("\"x, in mm\",\"the \"\"y\"\"\"\n1,2.5\n-3,4\n500,0.0625\n");
    expect_points("x y\n1 2.5\n-3 4\n500 0.0625\n");
    expect_points("points of today\n1,2.5\n-3,4\n500,0.0625\n");
    expect_points("a value\n7\n8\n", {2, 1, {7, 8}});
    expect_points("value\n7\n8\n", {2, 1, {7, 8}});
    expect_points("x,y,\n1,2.5,\n-3,4,\n500,0.0625,\n");
}

TEST_F(Csv, MayHaveCommentsQuotesAndEmptyLinesWhateverTheirEnds) {
    for (const std::string end : {"\n", "\r\n", "\r"}) {
        std::string text =
            "\xEF\xBB\xBF# x, y" + end + end + "x,y  # names" + end + "\"1\",\"2.5\"" + end + " \t" + end;
        text += "#-3,4" + end + "-3,4 # here" + end + "500,0.0625";
        expect_points(text);
        expect_points(text + end + end + "# end");
    }
    expect_points("sep=;\n1;2.5\n-3;4\n500;0.0625\n");
    expect_points("sep=,\nx,y\n1,2.5\n-3,4\n500,0.0625\n");
    expect_points("sep=\t\r\n1\t2.5\r\n-3\t4\r\n500\t0.0625\r\n");
    expect_points("1,2.5,\n-3,4,\n500,0.0625,\n");
}

TEST_F(Csv, MayHaveATitleAboveTheTable) {
    for (const char* title : {"points", "Points of today", "\"a title, quoted\""}) {
        for (const std::string separator : {",", ";", "\t", " ", ", "}) {
            std::string text = std::string(title) + "\n1" + separator + "2.5\n-3" + separator + "4\n500" + separator;
            expect_points(text + "0.0625\n");
            expect_points(std::string(title) + "\n1" + separator + "2" + separator + "3\n", {1, 3, {1, 2, 3}});
        }
    }
    // As spreadsheets write it, and above names.
    expect_points("points,\n1,2.5\n-3,4\n500,0.0625\n");
    expect_points("points;;\n1;2.5;\n-3;4;\n500;0.0625;\n");
    for (const char* title : {"points", "points of today", "points,", "sep=,\npoints"}) {
        expect_points(std::string(title) + "\nx,y\n1,2.5\n-3,4\n500,0.0625\n");
    }
    expect_points("value,\n7,\n8,\n", {2, 1, {7, 8}});
    expect_points("sep=;\nvalue\n7\n8\n", {2, 1, {7, 8}});
    expect("value\nx\n7\n", "line 2, column 1): 'x' is not a number");
    expect("x,y\nmm,mm\n7,8\n", "line 2, column 1): 'mm' is not a number");
    // Only the last line tells that there are two columns.
    expect_points("points\n1,2\n3,4\n5,0.5\n", {3, 2, {1, 2, 3, 4, 5, 0.5F}});
    expect_points("points\n1,2\n3,-4\n", {2, 2, {1, 2, 3, -4}});
    expect("points\n1,2\n3,4\n",
           "'1,2' has a decimal comma; write numbers with a decimal point: 1.2 if this is one number; if these are two "
           "columns, remove");
    expect("points\n1;2\n3,5;4\n", "line 3, column 1): '3,5' has a decimal comma; write numbers with a decimal point");
}

TEST_F(Csv, MayHaveCommentLinesOfMatlabAnywhere) {
    for (const std::string mark : {"#", "%", "  %", "%%", "\t#"}) {
        const std::string comment = mark + " x, 1 \"y\n";
        expect_points(comment + "1,2.5\n" + comment + "-3,4\n500,0.0625\n" + comment);
        expect_points(comment + comment + "x,y\n" + comment + "1,2.5\n-3,4\n" + comment + "500,0.0625");
        expect_points(comment + "sep=;\n" + comment + "x;y\n1;2.5\n-3;4\n500;0.0625");
    }
    expect("1,2\n3,5 %\n", "'5 %' is not a number");
}

TEST_F(Csv, FirstLinesOfEmptyNamesAreSkippedWithANote) {
    const std::string rows = "1,2.5\n-3,4\n500,0.0625\n";
    for (const char* start : {",\n", " , \n", "\"\",\"\"\n", ",,,\n", ";\n", ",\nx,y\n", ",,\n# no names\nx,y,\n"}) {
        const PointFile file = read(start + rows);
        EXPECT_EQ(file.points, kPoints) << start;
        EXPECT_THAT(file.notes("a.csv"), ElementsAre("a.csv: skipped a line of empty cells above the table")) << start;
    }
    EXPECT_THAT(read(",\n,,\n\n ;\nx,y\n" + rows).notes("a.csv"),
                ElementsAre("a.csv: skipped 3 lines of empty cells above the table"));
    const PointFile given = read("sep=;\n;\n1;2\n");
    EXPECT_EQ(given.points, (Points{1, 2, {1, 2}}));
    // Further down they are points without values.
    EXPECT_THAT(read("1,2\n,\n").notes("a.csv"), ElementsAre(HasSubstr("skipped 1 of 2 points")));
}

TEST_F(Csv, ColumnNumbersAboveRealNumbersAreNotReadAsAPoint) {
    std::mt19937 random(4);
    std::uniform_int_distribution<int> sixty_fourths(-200, 200);
    for (const std::string separator : {",", ";", "\t", " "}) {
        for (std::size_t dim = 1; dim <= 6; ++dim) {
            // pandas.DataFrame(a).to_csv(index=False)
            std::string text;
            Points points = {5, dim, {}};
            for (std::size_t c = 0; c < dim; ++c) text += (c > 0 ? separator : "") + std::to_string(c);
            for (std::size_t i = 0; i < points.count * dim; ++i) {
                points.values.push_back(static_cast<float>(sixty_fourths(random)) / 64);
                text += (i % dim == 0 ? "\n" : separator) + fmt::format("{:f}", points.values.back());
            }
            const PointFile file = read(text);
            EXPECT_EQ(file.points, points) << text;
            EXPECT_THAT(file.notes("a.csv"), ElementsAre(HasSubstr("is read as column numbers, not as a point")))
                << text;
        }
    }
    EXPECT_THAT(read("0,1,2\n1,2,.5").notes("a.csv"),
                ElementsAre("a.csv: its first line (0 … 2) is read as column numbers, not as a point"));
    EXPECT_EQ(read("\"0\",\"1\",\n1,2.0,\n").points, (Points{1, 2, {1, 2}}));
    EXPECT_EQ(read("0\n1.0\n\n2e3\n").points, (Points{2, 1, {1, 2000}}));
    // Whole numbers all over, other numbers, a series that begins at 0: points.
    expect_points("0,1\n2,3\n", {2, 2, {0, 1, 2, 3}});
    expect_points("0,1.0\n2,3.5\n", {2, 2, {0, 1, 2, 3.5F}});
    expect_points("1,2\n2,3.5\n", {2, 2, {1, 2, 2, 3.5F}});
    expect_points("0\n0.5\n1\n", {3, 1, {0, 0.5F, 1}});
    expect_points("0,1\n", {1, 2, {0, 1}});
}

TEST_F(Csv, RowsWithoutAllTheirNumbersAreLeftOut) {
    const PointFile file = read("x,y\n1,2.5\n,4\n-3,4\nNaN,1\n500,0.0625\n1,\n1,inf\nNA,null\n1,#N/A\n");
    EXPECT_EQ(file.points, kPoints);
    EXPECT_EQ(file.first_left_out, 1U);
    EXPECT_THAT(file.notes("a.csv"), ElementsAre("a.csv: skipped 6 of 9 points with NaN or infinite values"));
    expect("x,y\nnan,1\n,2\n", "none of its 2 points is finite");
}

TEST_F(Csv, RowNumbersAreNoCoordinate) {
    // pandas.DataFrame(a).to_csv(), with and without names of the columns.
    for (const char* names : {",x,y\n", ",0,1\n", "\"\",\"x\",\"y\"\n", "Unnamed: 0,x,y\n"}) {
        const PointFile file = read(std::string(names) + "0,1,2.5\n1,-3,4\n2,500,0.0625\n");
        EXPECT_EQ(file.points, kPoints) << names;
        EXPECT_THAT(file.notes("a.csv"), ElementsAre(HasSubstr("skipped the unnamed first column")));
    }
}

TEST_F(Csv, RowNamesWithoutAHeadingAreNoCoordinate) {
    // write.table(d), also with sep= and quote=FALSE; row names may be words, values may be missing.
    for (const std::string separator : {" ", ",", "\t", ";"}) {
        const auto table = [&](std::initializer_list<const char*> words) {
            std::string text;
            for (const std::string word : words) text += word == "\n" ? word : word + separator;
            for (std::size_t end = 0; (end = text.find(separator + "\n")) != std::string::npos;) {
                text.erase(end, separator.size());
            }
            return text;
        };
        std::vector<std::string> texts = {table({"\"x\"", "\"y\"", "\n", "\"1\"", "1", "2.5", "\n", "\"2\"", "-3", "4",
                                                 "\n", "\"3\"", "500", "0.0625", "\n"}),
                                          table({"\"x\"", "\"the y\"", "\n", "\"a 1\"", "1", "2.5", "\n", "\"b\"", "-3",
                                                 "4", "\n", "\"c\"", "500", "0.0625", "\n"})};
        if (separator != " ") {
            texts.push_back(
                table({"x", "y", "\n", "1", "1", "2.5", "\n", "2", "-3", "4", "\n", "3", "500", "0.0625", "\n"}));
        }
        for (const std::string& text : texts) {
            const PointFile file = read(text);
            EXPECT_EQ(file.points, kPoints) << text;
            EXPECT_THAT(file.notes("a.csv"),
                        ElementsAre("a.csv: skipped the first column (row names): the header has no name for it"));
        }
        // A single column; a title has other rows below it.
        const PointFile single = read(table({"\"x\"", "\n", "\"1\"", "7", "\n", "\"2\"", "8", "\n"}));
        EXPECT_EQ(single.points, (Points{2, 1, {7, 8}})) << separator;
        expect_points(table({"\"x\"", "\n", "1", "7.5", "\n", "2", "-8", "\n"}), {2, 2, {1, 7.5F, 2, -8}});
        expect_points(table({"\"x\"", "\n", "\"1\"", "\"7\"", "\n"}), {1, 2, {1, 7}});
        // col.names=NA
        const PointFile named = read(table({"\"\"", "\"x\"", "\n", "\"1\"", "7", "\n"}));
        EXPECT_EQ(named.points, (Points{1, 1, {7}}));
        EXPECT_THAT(named.notes("a.csv"), ElementsAre(HasSubstr("skipped the unnamed first column (row index)")));
        const PointFile holes =
            read(table({"\"x\"", "\"y\"", "\n", "\"1\"", "NA", "1", "\n", "\"2\"", "3", "4", "\n"}));
        EXPECT_EQ(holes.points, (Points{1, 2, {3, 4}}));
        expect(table({"\"x\"", "\"y\"", "\n", "1", "2", "3", "4", "5", "\n"}),
               "line 2): the header names 2 columns, this row has 5; name each column once in the header, or remove");
        expect(table({"\"x\"", "\"y\"", "\n", "1", "\n"}), "line 2): the header names 2 columns, this row has 1");
        expect(table({"\"x\"", "\"y\"", "\n", "a", "1", "2", "\n", "b", "1", "2", "3", "\n"}),
               "line 3): the header names 2 columns, this row has 3 after its name");
    }
    EXPECT_EQ(read("x,y\n1,5,\n2,6,7\n").points, (Points{1, 2, {6, 7}}));  // write.csv(na="")
    expect_points("x,y\n1,5,\n2,6,\n", {2, 2, {1, 5, 2, 6}});              // separators at the end
    expect("x,y,\n1,2,3,4\n", "the header names 2 columns, this row has 4");
    expect(",x\n1,2,3\n", "line 2): the header names 2 columns, this row has 3");
    // Between spaces, words without quotes may be a title.
    expect_points("points today\n1 2 3\n", {1, 3, {1, 2, 3}});
    expect_points("\"points\" today\n1 2 3\n", {1, 3, {1, 2, 3}});
    expect_points("\"points\" \"today\"\n1,2,3\n", {1, 3, {1, 2, 3}});
}

TEST_F(Csv, KeepsDigitsFarFromZero) {
    replace("500000.5,5400000.125\n500001.5,5400000.375\n");
    EXPECT_EQ(read_csv(path).points, (Points{2, 2, {-0.5F, -0.125F, 0.5F, 0.125F}, {}, {500'001, 5'400'000.25}}));
}

TEST_F(Csv, NamesWhatIsWrong) {
    expect("1,2\n3,four\n", "line 2, column 2): 'four' is not a number");
    expect("x,y\n\n1,2\n3\n", "line 4): the header names 2 columns, this row has 1; name each column once");
    expect("1,2\n3,4,5\n", "line 2): it has 3 values, the first line has 2");
    expect("1,2\n3,4,,\n", "line 2): it has 4 values, the first line has 2");
    expect("1,2\n3,1e39\n", "line 2, column 2): it overflows float32");
    expect("1,2\n3,1e999\n", "line 2, column 2): it overflows float32");
    expect("1,2\nx,y\n", "line 2, column 1): 'x' is not a number");
    expect("x,1\n1,2\n", "line 1, column 1): 'x' is not a number");
    expect("1,2\n\"3,4\n", "line 2, column 1): '\"3,4' is not a number");
    expect("", "no points");
    expect("\n\n# nothing\n", "no points");
    expect("x,y\n", "no points");
    expect("sep=;\n", "no points");
    expect(",\n,\n", "no points");
    expect("\xFF\xFE\x31", "UTF-16");
    expect(std::string("1\0,2\0", 5), "UTF-16 or binary");
    std::string wide = "1";
    for (std::size_t i = 0; i < 70'000; ++i) wide += ",1";
    expect(wide, "70001 columns are more than");
    std::filesystem::remove(path);
    expect_refused(reading(), "a missing file", "no such file");
}

TEST_F(Csv, LongWordsAreShortenedBetweenCharacters) {
    expect("1,2\n3,größe\n", "'größe' is not a number");
    std::string word;
    for (int i = 0; i < 50; ++i) word += "大";
    replace("1,2\n3," + word + "\n");
    try {
        read_csv(path);
        ADD_FAILURE();
    } catch (const base::Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("大…大"));
        EXPECT_THAT(error.what(), testing::Not(HasSubstr("?")));
    }
}

TEST_F(Csv, DecimalCommasAreNamed) {
    expect("1,5;2,5\n", "line 1, column 1): '1,5' has a decimal comma; write numbers with a decimal point: 1.5");
    expect("x;y\n1;2\n1;-2,5e3\n", "line 3, column 2): '-2,5e3' has a decimal comma");
    expect("1,5\t2,5\n", "'1,5' has a decimal comma");
    expect("\"1,5\",\"2,5\"\n", "'1,5' has a decimal comma");
    expect("value\n1,5\n", "'1,5' has a decimal comma");
    expect("1,5 2,5\n", "'5 2' is not a number but several; write numbers with a decimal point");
    expect("3,5;4,5\n1,5;2,5\n", "'3,5' has a decimal comma; write numbers with a decimal point: 3.5");
    expect("x,y\n3,5;4,5\n", "'5;4' is not a number but several; write numbers with a decimal point");
    expect("x,y\n3,5\t4,5\n", "'5 4' is not a number but several");
    expect("x,y\n1,5,2,5\n", "the header names 2 columns, this row has 4; write numbers with a decimal point");
    expect("x;y\n1,2\n", "line 2): its values are not separated by ';' like those above; write numbers");
    expect("x\ty\n1 2\n", "line 2): its values are not separated by a tab like those above; write numbers");
}

TEST_F(Csv, DoesNotDependOnTheLocale) {
    class Comma : public std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
    };
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
    const PointFile file = read("1.5,1e-999\n2.5,-1e-999\n3.5,0.0000\n");
    std::locale::global(before);
    EXPECT_EQ(file.points, (Points{3, 2, {1.5F, 0, 2.5F, 0, 3.5F, 0}}));
}

TEST_F(Csv, TruncatedOrWithABitFlippedIsRefusedOrHoldsRows) {
    const std::string text = "x,y\n1,2.5\n\"-3\",4\n500,\n";
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (int bit = 0; bit < 9; ++bit) {
            std::string broken = text;
            if (bit == 8) broken.resize(i);
            if (bit < 8) broken[i] = static_cast<char>(broken[i] ^ (1 << bit));
            replace(broken);
            try {
                const PointFile file = read_csv(path);
                EXPECT_EQ(file.points.values.size(), file.points.count * file.points.dim);
                EXPECT_GT(file.points.count, 0U);
            } catch (const base::Error& error) {
                EXPECT_EQ(error.fault(), base::Fault::request);
                EXPECT_THAT(error.what(), HasSubstr(path.string()));
            }
        }
    }
    std::filesystem::remove(path);
    expect_endless_refused(reading(), text);
}

TEST_F(Csv, IsADataSet) {
    const std::filesystem::path table = folder / "table.CSV";
    replace("x,y\n1,20\n3,40\n,5\n");
    std::filesystem::rename(path, table);
    const auto dataset = open_dataset(table.string());
    EXPECT_EQ(dataset->dim(), 2U);
    EXPECT_EQ(dataset->size(), 2U);
    EXPECT_THAT(dataset->scaling().mean, ElementsAre(2, 30));
    EXPECT_THAT(dataset->notes(), ElementsAre(HasSubstr("skipped 1 of 3 points with NaN or infinite values")));
}

}  // namespace
}  // namespace scorefield::data
