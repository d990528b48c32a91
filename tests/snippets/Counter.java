/*
 * Copyright 2020 The Authors.
 */
package org.example.count;

import static org.junit.Assert.assertEquals;

import java.util.List;
import java.util.function.*;

/**
 * Counts {@link Word words} in text: “é”.
 * <p>At length.
 *
 * @author someone
 */
@Service("words")
public class Counter<T extends Comparable<T>> extends Base implements Total {
    /** The most kept. */
    public static final int LIMIT = 10;
    private final Map<String, Integer> words = new HashMap<>(), other;

    /** Makes one. */
    public Counter(String name) {
        super(name);
    }

    @Override
    public int total(int start) throws IOException {
        return words.values().stream().mapToInt(Word::size).sum() + helper(start);
    }

    abstract void later();

    interface Inner {
        void call();

        default int twice() {
            return 2;
        }
    }

    enum Colour { RED, GREEN; int code() { return ordinal(); } }

    record Point(int x, int y) {
    }

    @interface Marker {
        String value() default "é";
    }

    // It adds.
    @Test
    void adds() {
        assertEquals("é", new Counter<>("x").total(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void each(int n) {
    }
}
