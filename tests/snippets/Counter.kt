// Copyright 2020.

package org.example.words

import java.util.List
import org.example.near.helper as near
import kotlin.math.*

/** The most kept. */
const val LIMIT = 10
typealias Counts = Map<String, Int>

/**
 * Counts [words]: “é”.
 *
 * @property name Its name.
 */
@Serializable
data class Counter<T : Any>(val name: String, private var step: Int = 1) : Base(name), Total {
    /** The total. */
    val total: Int get() = words.size
    private val words = mutableMapOf<String, Int>()

    constructor(n: Int) : this("x") { prepare(n) }

    /** Adds. */
    override suspend fun add(word: String, n: Int = 1): Int {
        words[word] = helper(n) ?: near.run(word)
        return words.map { it.value }.sum()
    }

    fun short(x: Int) = x * LIMIT

    companion object {
        fun make(): Counter<Int> = Counter("é")
    }
}

interface Total {
    fun sum(): Int
    fun twice(): Int = sum() * 2
}

enum class Colour(val code: Int) {
    RED(1), GREEN(2);

    fun label() = name
}

object Registry
fun String.shout(): String = uppercase()

class CounterTest {
    // It adds.
    @Test
    fun adds() { assertEquals(1, Counter<Int>("x").short(1)) }

    @ParameterizedTest
    @ValueSource(ints = [1])
    fun `adds é words`(n: Int) {}
}
