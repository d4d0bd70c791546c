module.exports = {
  entry: './main.ts',
  resolve: { extensions: ['.ts', '.js'] },
  module: { rules: [{ test: /\.ts$/, use: require.resolve('./typescript.cjs') }] },
};
