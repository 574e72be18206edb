//! Groups of customers who are alike: features, k-means, the choice of k, names in words.

pub mod kmeans;

#[cfg(test)]
mod golden;
