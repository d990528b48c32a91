// Copyright 2020.
#include <vector>
#include "counter.hpp"

namespace words::count {

/// Counts words: “é”.
/// In text.
template <typename T>
class Counter final : public Base<T> {
public:
    explicit Counter(int size) : size_(size) {}
    ~Counter();
    /*! \brief How many. */
    int size() const noexcept;
    virtual void draw() = 0;
    static Counter make() { return Counter(1); }
    bool operator==(const Counter& other) const { return size_ == other.size_; }
    T* begin();
    using value_type = T;
    enum class Kind { Small, Large };
    struct Inner { void run() {} };
    int size_ = 0;
};

template <typename T>
int Counter<T>::size() const noexcept { return size_; }

Counter::~Counter() { clear(); }
const Shape& Outer::Inner::shape(int x) { return make_shape<int>(words::near(x)); }

using Counts = std::vector<int>;
constexpr int LIMIT = 10;
void prototype(int x);

}  // namespace words::count

class EXPORTED Plain {
    int run() { return 1; }
};

namespace {
int hidden() { Foo vexing(y); return 1; }
}

extern "C" { int plain_name(int x); }

TEST_F(CounterTest, Adds) { EXPECT_EQ(Counter(1).size(), 1); }

TEST_CASE("adds é words", "[counter]") {
    auto counter = new Counter(2);
    SECTION("twice") { counter->twice(); }
}
