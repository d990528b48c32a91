// Copyright 2020.

import Foundation
import class UIKit.UIView
@testable import Words

/// The most kept.
public let limit = 10
typealias Counts = [String: Int]

/// Counts words: “é”.
///
/// - Parameter name: Its name.
@objc public final class Counter<T: Hashable>: Base, Total where T: Sendable {
    /// The total.
    public private(set) var total: Int = 0
    var twice: Int { return total * 2 }

    /** Makes one. */
    public init(name: String) { super.init(name: name) }

    /// Adds.
    /// - Returns: How many.
    @discardableResult
    public func add(_ word: String, n: Int = 1) async throws -> Int {
        let x = try await helper.run(word).value
        return words.map { $0.count }.reduce(0, +) + Counter<Int>(name: "é").total
    }

    struct Nested { func run() {} }
}

enum Colour: String {
    case red, green
    func label() -> String { rawValue }
}

protocol Total {
    var size: Int { get }
    func sum() -> Int
}

extension Counter { func more() -> Int { 1 } }
actor Registry { func register() {} }
func free<T>(_ x: T) -> T { x }

final class CounterTests: XCTestCase {
    func testAdds() throws { XCTAssertEqual(1, Counter(name: "x").add("y")) }
    func helper() {}
}

@Suite struct Specs {
    @Test("adds é words") func adds() { #expect(1 == 1) }
}
