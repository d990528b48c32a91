// <copyright file="Counter.cs" />
using System;
using System.Collections.Generic;
using static System.Math;
using Json = System.Text.Json;

namespace Words.Counting
{
    /// <summary>
    /// Counts <see cref="T:Words.Word"/> by word: “é”.
    /// </summary>
    /// <remarks>At length.</remarks>
    [Serializable]
    public class Counter<T> : Base, ITotal where T : class
    {
        /// <summary>The most kept.</summary>
        public const int Limit = 10;
        private readonly Dictionary<string, int> words = new(), other;
        public event EventHandler Changed;

        public int Total { get; private set; }
        public int Twice => Total * 2;

        public Counter(string name) : base(name) { }

        public async Task<int> AddAsync(string word, int n = 1)
        {
            int Local(int x) { return x; }
            return await helper.Run<int>(word) + Local(n) + other?.Count();
        }

        public int Short(int x) => x * Twice;
        protected abstract void Later();
    }

    public interface ITotal { int Sum(); }
    public enum Colour { Red, Green }
    public struct Point { public int X; }
    public record Person(string Name, int Age);
    public delegate int Maker(string name);

    public class CounterTests
    {
        // It adds.
        [Fact]
        public void Adds() { Assert.Equal(1, new Counter<string>("é").Short(1)); }

        [Theory, InlineData(1)]
        public void Each(int n) { }

        [NUnit.Framework.Test] public async Task Waits() { }

        public void Helps([Optional] int n) { }
    }
}
