/* Copyright 2020. */
package org.example.words

import scala.collection.mutable.{Map, Set => MSet}
import scala.util._
import org.example.Near, java.util.List as JList

/** Counts words: “é”.
  *
  * @param name its name
  */
@deprecated("x", "1")
final case class Counter[T](name: String, step: Int = 1) extends Base(name) with Total {
  /** The most kept. */
  val Limit = 10
  private var words: Map[String, Int] = Map.empty
  type Counts = Map[String, Int]

  /** Adds. */
  override def add(word: String, n: Int = 1): Int = {
    def local(x: Int) = x
    words.getOrElse(word, helper(n)).map(_.size) + new Near(1).run[Int](word)
  }

  def ==(other: Any) = true
}

object Counter {
  def make(): Counter[Int] = Counter("é")
}

trait Total {
  def sum: Int
  def twice: Int = sum * 2
}

enum Colour(val code: Int) {
  case Red extends Colour(1)
  def label = code
}

val top = 1

class Indented(x: Int):
  def grow(y: Int): Int =
    x + y

class CounterSpec extends AnyFunSuite {
  test("adds é words") {
    assert(Counter("x").add("y") == 10)
  }
  "A counter" should "count" in { go() }
  describe("grouped") { it("works") { run() } }
  @Test def plain(): Unit = ()
}
